"""Times the official surface-distance package, unmodified, on pairs of NIfTI files.

Reads one job per line from standard input: {"id": n, "truth": path, "prediction": path, "tolerances": [mm, ...]}; answers one
line per job with the figures and the time. Reading is part of the time; starting Python and its imports are not.
"""

import json
import resource
import sys
import time
import warnings

warnings.filterwarnings("ignore")

import nibabel
import numpy
import surface_distance


def load(path):
    image = nibabel.load(path)
    return numpy.asarray(image.dataobj) > 0, image.header.get_zooms()[:3]


def score(truth_file, prediction_file, tolerances):
    truth, spacing = load(truth_file)
    prediction, _ = load(prediction_file)
    distances = surface_distance.compute_surface_distances(truth, prediction, [float(x) for x in spacing])
    nsd = [surface_distance.compute_surface_dice_at_tolerance(distances, tolerance) for tolerance in tolerances]
    return {"dsc": float(surface_distance.compute_dice_coefficient(truth, prediction)), "nsd": [float(x) for x in nsd]}


def peak_mib():
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    except OSError:
        unit = 2**20 if sys.platform == "darwin" else 2**10
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


for line in sys.stdin:
    job = json.loads(line)
    wall, cpu = time.perf_counter(), time.process_time()
    figures = score(job["truth"], job["prediction"], job["tolerances"])
    answer = {
        "id": job["id"],
        **figures,
        "wallMs": 1000 * (time.perf_counter() - wall),
        "cpuMs": 1000 * (time.process_time() - cpu),
        "peakMib": peak_mib(),
    }
    print(json.dumps(answer), flush=True)
