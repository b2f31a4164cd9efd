"""Holds one nnU-Net model and answers requests, a line of JSON each, until standard input ends.

Asked:    {"id": 1, "image": FILE, "output": FILE without its ending, "device": "cuda"|"cpu", "results": "device"|"cpu"}
Answered: {"id": 1, "event": "done", "seconds": 1.5, "degraded": false}
       or {"id": 1, "event": "failed", "error": "OutOfMemoryError", "message": "…", "poisoned": false}
Before the first request it says {"event": "ready", "device": "cuda"}. All that nnU-Net prints goes to standard error.
"""

import argparse
import ctypes
import io
import json
import os
import signal
import sys
import time
import traceback
from contextlib import redirect_stdout

answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

# nnU-Net's words when it has moved its results to the main memory by itself.
DEGRADED = "Prediction on device was unsuccessful"
# After one of these the CUDA context answers nothing any more.
POISON = ("device-side assert", "illegal memory access", "unspecified launch failure", "CUDA error")


def say(**message):
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
    return parser.parse_args()


class Model:
    def __init__(self, folder, device, mirror):
        import torch
        from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor

        self.torch = torch
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

    def predict(self, image, output, device, results):
        predictor = self.predictor
        predictor.device = self.torch.device(device)
        predictor.perform_everything_on_device = device == "cuda" and results == "device"
        printed = io.StringIO()
        try:
            with redirect_stdout(printed):
                predictor.predict_from_files_sequential([[image]], [output])
        finally:
            sys.stderr.write(printed.getvalue())
        return DEGRADED in printed.getvalue()


def answer(model, request):
    started = time.monotonic()
    try:
        degraded = model.predict(request["image"], request["output"], request["device"], request["results"])
        say(id=request["id"], event="done", seconds=time.monotonic() - started, degraded=degraded)
    except Exception as error:
        traceback.print_exc()
        message = str(error)
        memory = "out of memory" in message or "can't allocate memory" in message
        poisoned = not memory and any(phrase in message for phrase in POISON)
        kind = "OutOfMemoryError" if memory or isinstance(error, MemoryError) else type(error).__name__
        say(id=request["id"], event="failed", error=kind, message=message, poisoned=poisoned)


def main():
    end_with_the_parent()
    options = parse()
    model = Model(options.model, options.device, options.mirror)
    say(event="ready", device=model.device)
    for line in sys.stdin:
        answer(model, json.loads(line))


if __name__ == "__main__":
    main()
