"""Holds one nnU-Net model and answers requests, a line of JSON each, until standard input ends.

Asked:    {"id": 1, "image": FILE, "output": FILE without its ending, "device": "cuda"|"cpu", "results": "device"|"cpu"}
          {"cancel": 1}: nobody waits for it any more
Answered: {"id": 1, "event": "done", "seconds": 1.5, "deviceSeconds": 0.5, "degraded": false}
       or {"id": 1, "event": "failed", "error": "OutOfMemoryError", "message": "…", "poisoned": false}
           {"id": 1, "event": "computing"} as soon as its turn on the device has come
Before the first request it says {"event": "ready", "device": "cuda"}. All that nnU-Net prints goes to standard error.

While the device computes one case, the next is read and resampled and the one before is resampled back and written: those take
longer than the device does. Threads suffice for it, since what takes the time is done outside Python.
"""

import argparse
import ctypes
import io
import json
import os
import signal
import sys
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout

answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

# nnU-Net's words when it has moved its results to the main memory by itself.
DEGRADED = "Prediction on device was unsuccessful"
# After one of these the CUDA context answers nothing any more.
POISON = ("device-side assert", "illegal memory access", "unspecified launch failure", "CUDA error")


speaking = threading.Lock()


def say(**message):
    with speaking:
        answers.write(json.dumps(message) + "\n")


def end_with_the_parent():
    """Linux kills this process when its worker is gone, however that ended; elsewhere standard input ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--device", choices=["auto", "cuda", "cpu"], default="auto")
    parser.add_argument("--mirror", action="store_true")
    parser.add_argument("--threads", type=int, default=2, help="cases that are prepared at once, and written at once")
    return parser.parse_args()


class Model:
    def __init__(self, folder, device, mirror):
        import torch
        from nnunetv2.inference.export_prediction import export_prediction_from_logits
        from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor

        self.torch = torch
        self.export = export_prediction_from_logits
        available = "cuda" if torch.cuda.is_available() else "cpu"
        self.device = available if device == "auto" else device
        if self.device == "cpu":
            # As nnU-Net's own commands do.
            torch.set_num_threads(os.cpu_count())
        self.predictor = nnUNetPredictor(
            use_mirroring=mirror, device=torch.device(self.device), allow_tqdm=False
        )
        self.predictor.initialize_from_trained_model_folder(folder, ("all",), "checkpoint_final.pth")
        # Results go from here to the worker beside it: packing them would only take time.
        self.predictor.dataset_json["file_ending"] = ".nii"

    def prepare(self, image):
        """The image as the network sees it, and what leads back to its grid."""
        own = self.predictor
        preprocessor = own.configuration_manager.preprocessor_class(verbose=False)
        data, _, properties = preprocessor.run_case(
            [image], None, own.plans_manager, own.configuration_manager, own.dataset_json
        )
        return data, properties

    def compute(self, data, device, results):
        """Logits on the network's grid in the main memory, and whether nnU-Net had to fall back on that while it computed."""
        own = self.predictor
        own.device = self.torch.device(device)
        own.perform_everything_on_device = device == "cuda" and results == "device"
        printed = io.StringIO()
        threads = self.torch.get_num_threads()
        if device == "cpu":
            # One thread serves a CUDA device; here they are what computes.
            self.torch.set_num_threads(os.cpu_count())
        try:
            with redirect_stdout(printed):
                logits = own.predict_logits_from_preprocessed_data(self.torch.from_numpy(data)).cpu()
        finally:
            sys.stderr.write(printed.getvalue())
            self.torch.set_num_threads(threads)
            if device == "cuda":
                self.torch.cuda.empty_cache()
        return logits, DEGRADED in printed.getvalue()

    def finish(self, logits, properties, output):
        own = self.predictor
        self.export(
            logits, properties, own.configuration_manager, own.plans_manager, own.dataset_json, output
        )


class Line:
    """Cases on their way: prepared side by side, computed one after the other, written side by side."""

    def __init__(self, model, threads):
        self.model = model
        self.preparing = ThreadPoolExecutor(threads)
        self.computing = ThreadPoolExecutor(1)
        self.finishing = ThreadPoolExecutor(threads)
        self.dropped = set()

    def take(self, request):
        if "cancel" in request:
            self.dropped.add(request["cancel"])
        else:
            self.step(self.preparing, self.prepare, request, time.monotonic())

    def close(self):
        for stage in (self.preparing, self.computing, self.finishing):
            stage.shutdown()

    def step(self, stage, work, request, *rest):
        stage.submit(self.attempt, work, request, *rest)

    def attempt(self, work, request, *rest):
        if request["id"] in self.dropped:
            self.dropped.discard(request["id"])
            return
        try:
            work(request, *rest)
        except Exception as error:
            traceback.print_exc()
            say(id=request["id"], event="failed", **told(error))

    def prepare(self, request, started):
        data, properties = self.model.prepare(request["image"])
        self.step(self.computing, self.compute, request, started, data, properties)

    def compute(self, request, started, data, properties):
        began = time.monotonic()
        say(id=request["id"], event="computing")
        logits, degraded = self.model.compute(data, request["device"], request["results"])
        on_device = time.monotonic() - began
        self.step(self.finishing, self.finish, request, started, logits, properties, on_device, degraded)

    def finish(self, request, started, logits, properties, on_device, degraded):
        self.model.finish(logits, properties, request["output"])
        seconds = time.monotonic() - started
        say(id=request["id"], event="done", seconds=seconds, deviceSeconds=on_device, degraded=degraded)


def told(error):
    message = str(error)
    memory = "out of memory" in message or "can't allocate memory" in message
    poisoned = not memory and any(phrase in message for phrase in POISON)
    kind = "OutOfMemoryError" if memory or isinstance(error, MemoryError) else type(error).__name__
    return {"error": kind, "message": message, "poisoned": poisoned}


def main():
    end_with_the_parent()
    options = parse()
    model = Model(options.model, options.device, options.mirror)
    say(event="ready", device=model.device)
    line = Line(model, options.threads)
    for text in sys.stdin:
        line.take(json.loads(text))
    line.close()


if __name__ == "__main__":
    main()
