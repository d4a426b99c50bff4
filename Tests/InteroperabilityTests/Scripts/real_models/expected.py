"""Writes inputs of a real model and the float outputs of ONNX Runtime, and prints the model's path.

    python expected.py MODEL FOLDER [COUNT]

Sample 0 becomes 0.in.npz and 0.out.npz, and so on. Graph optimization is on, as users have it: for basic-pitch ONNX Runtime
with it and without it differ by more than 1e-3 (a logarithm of nearly nothing). States are those that ONNX Runtime makes.
"""
import pathlib
import sys

import numpy as np

from catalogue import find
from engines import ONNXRuntime, complete_samples
from inputs import samples
from real_model import EVALUATION

name, folder, *count = sys.argv[1:]
wanted = int(count[0]) if count else 4
model = find(name)
engine = ONNXRuntime(model.file(), optimized=True)
for index, sample in enumerate(complete_samples(model, samples(model, EVALUATION, wanted))[:wanted]):
    np.savez(pathlib.Path(folder, f"{index}.in.npz"), **sample)
    np.savez(pathlib.Path(folder, f"{index}.out.npz"), **engine.run(sample))
print(model.file())
