"""Prints `cuda` where torch has a CUDA device that it can use, else `cpu`."""

import torch

print("cuda" if torch.cuda.is_available() else "cpu")
