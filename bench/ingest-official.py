"""Reads and hashes NIfTI files with nibabel and hashlib, one after the other; prints seconds and peak memory as JSON."""
import hashlib
import json
import resource
import sys
import time

import nibabel
import numpy as np

start = time.perf_counter()
cpu_start = time.process_time()
hashes = []
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        of_file = hashlib.sha256(file.read()).hexdigest()
    voxels = np.asanyarray(nibabel.load(path).dataobj)
    # Voxels lie in Fortran order: transposed they are hashed without a copy.
    of_voxels = hashlib.sha256(np.ascontiguousarray(voxels.T)).hexdigest()
    hashes.append([of_file, of_voxels])
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
cpu = time.process_time()
print(json.dumps({"seconds": seconds, "cpuSeconds": cpu - cpu_start, "peakMib": peak, "hashes": hashes}))
