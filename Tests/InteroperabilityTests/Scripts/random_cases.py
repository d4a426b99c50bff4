"""Draws random cases of a family of operators and writes them with what ONNX Runtime answers.

    python random_cases.py [--refused] FOLDER SEED FAMILY:COUNT...
    python random_cases.py --list

The cases of each family come into a folder of its name. Several families share a process: importing takes longer than
most families.

A family is a file `families/FAMILY.py` with a generator `cases(rng, count)` of `(name, model, inputs, tolerances)`: a
model, the arrays of its inputs in their order, and a dictionary of `rtol` and `atol`. ONNX Runtime runs it with graph
optimization off: every node as its specification says. A case that it refuses is drawn anew; when more are refused
than taken the family is wrong. The files are described in case_writer.py.
"""
import importlib
import os
import sys

FAMILIES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "families")


def families():
    return sorted(name.removesuffix(".py") for name in os.listdir(FAMILIES) if name.endswith(".py"))


def answer(model, inputs):
    """What ONNX Runtime makes of a model."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, {port.name: value for port, value in zip(model.graph.input, inputs)})


def fix_types(model, inputs, outputs):
    """Gives the inputs the shapes of their arrays, and the outputs that have no type that of their answers."""
    for port, value in zip(model.graph.input, inputs):
        shape = port.type.tensor_type.shape
        del shape.dim[:]
        for extent in value.shape:
            shape.dim.add().dim_value = extent
    for port, value in zip(model.graph.output, outputs):
        if not port.type.WhichOneof("value"):
            port.type.tensor_type.elem_type = onnx.helper.np_dtype_to_tensor_dtype(value.dtype)


def write(writer, family, count, rng):
    refusals = []
    while writer.count < count:
        for name, model, inputs, tolerances in family.cases(rng, count - writer.count):
            inputs = [np.asarray(value) for value in inputs]
            try:
                outputs = answer(model, inputs)
            except Exception as error:
                refusals.append(f"{name}: {error}")
                continue
            fix_types(model, inputs, outputs)
            writer.write(
                name, model, [(inputs, outputs)], tolerances.get("rtol", 1e-5), tolerances.get("atol", 1e-6))
        if len(refusals) > max(writer.count, count // 2):
            sys.exit(f"ONNX Runtime refuses {len(refusals)} cases and takes {writer.count}:\n" + "\n".join(refusals))
    return refusals


if sys.argv[1:] == ["--list"]:
    print("\n".join(families()))
    sys.exit()

import numpy as np
import onnx
import onnxruntime

from case_writer import CaseWriter

onnxruntime.set_default_logger_severity(4)
np.seterr(all="ignore")
arguments = [argument for argument in sys.argv[1:] if argument != "--refused"]
folder, seed = arguments[0], int(arguments[1])
for argument in arguments[2:]:
    name, count = argument.split(":")
    os.mkdir(os.path.join(folder, name))
    with CaseWriter(os.path.join(folder, name)) as writer:
        family = importlib.import_module(f"families.{name}")
        refused = write(writer, family, int(count), np.random.default_rng(seed))
    print(f"{name}, BITDEPTH_SEED={seed}: {writer.count} cases, {len(refused)} refused")
    if "--refused" in sys.argv:
        print("\n".join(refused))
