"""Runs a model in ONNX Runtime with graph optimization off: every node as its specification says.

    python run_onnxruntime.py MODEL INPUT.npy OUTPUT.npy

The input may be an .npz, whose keys are the model's inputs. The first axis of an array counts samples; they run in batches.
The first output of the model is written.
"""
import sys

import numpy as np
import onnxruntime

BATCH = 100

model, source, target = sys.argv[1:4]
options = onnxruntime.SessionOptions()
options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
options.intra_op_num_threads = 2
session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
samples = np.load(source)
inputs = dict(samples) if source.endswith(".npz") else {session.get_inputs()[0].name: samples}
count = len(next(iter(inputs.values())))
results = [session.run(None, {name: array[i:i + BATCH] for name, array in inputs.items()})[0]
           for i in range(0, count, BATCH)]
np.save(target, np.concatenate(results))
