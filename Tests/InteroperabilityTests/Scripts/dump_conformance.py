"""Writes the backend tests of the installed `onnx` package as files that need no Python to read.

    python dump_conformance.py FOLDER

Every case is a folder with `model.onnx` and, per data set, `SET.input.I.npy` and `SET.output.I.npy`. NumPy lacks some of
ONNX's element types: bfloat16 is stored as float32, 4-bit integers as int8, both without loss. FOLDER/index.tsv has a
line per case: name, folder, relative and absolute tolerance, number of data sets, the types of the model's inputs, of
its outputs, and what else the model uses: `operator:DOMAIN.TYPE`, `type:NAME`, `training`, comma-separated.

The nine cases of kind "real" are left out: whole networks with constant weights,
which tell little of an operator.
"""
import os
import shutil
import sys
import warnings

import numpy as np
import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases
from onnx.backend.test.loader import load_model_tests

STORED = {"bfloat16": np.float32, "int4": np.int8, "uint4": np.int8}
PLAIN = {
    "float", "float16", "double", "bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64",
}


def element_name(code):
    return onnx.TensorProto.DataType.Name(code).lower()


def type_name(type_proto):
    kind = type_proto.WhichOneof("value")
    return element_name(type_proto.tensor_type.elem_type) if kind == "tensor_type" else kind.removesuffix("_type")


def features(graph, functions):
    """What the nodes of a graph, of its subgraphs and of its functions use."""
    found = set()
    for value in list(getattr(graph, "input", [])) + list(getattr(graph, "value_info", [])):
        if not isinstance(value, str) and value.HasField("type"):
            found.add("type:" + type_name(value.type))
    for tensor in getattr(graph, "initializer", []):
        found.add("type:" + element_name(tensor.data_type))
    for node in graph.node:
        if (node.domain, node.op_type) not in functions:
            found.add(f"operator:{node.domain or 'ai.onnx'}.{node.op_type}")
        for attribute in node.attribute:
            if attribute.name == "training_mode" and attribute.i:
                found.add("training")
            if attribute.name in ("to", "dtype") and node.op_type in ("Cast", "QuantizeLinear", "EyeLike"):
                found.add("type:" + element_name(attribute.i))
            if attribute.HasField("t"):
                found.add("type:" + element_name(attribute.t.data_type))
            for body in ([attribute.g] if attribute.HasField("g") else []) + list(attribute.graphs):
                found |= features(body, functions)
    return found


def is_training_dropout(model, data):
    """Whether a Dropout is told by its third input to draw."""
    names = [value.name for value in model.graph.input]
    constants = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "Constant":
            for attribute in node.attribute:
                if attribute.name == "value":
                    constants[node.output[0]] = numpy_helper.to_array(attribute.t)
        if node.op_type == "Dropout" and len(node.input) > 2:
            mode = node.input[2]
            value = constants.get(mode, data[0][names.index(mode)] if mode in names else False)
            if np.any(value):
                return True
    return False


def array(value, type_proto):
    """A value of a data set as an array, or None for what is no tensor or has no plain element type."""
    if isinstance(value, onnx.TensorProto):
        value = numpy_helper.to_array(value)
    name = type_name(type_proto)
    if value is None or name not in PLAIN | STORED.keys():
        return None
    value = np.asarray(value)
    if name == "bfloat16" and value.dtype == np.uint16:
        return (value.astype(np.uint32) << 16).view(np.float32).reshape(value.shape)
    return value.astype(STORED[name]) if name in STORED else value


def read_sets(folder, model):
    """The data sets of a stored case."""
    sets = []
    while os.path.isdir(path := os.path.join(folder, f"test_data_set_{len(sets)}")):
        data = []
        for kind, ports in (("input", model.graph.input), ("output", model.graph.output)):
            tensors = []
            for position, port in enumerate(ports):
                file = os.path.join(path, f"{kind}_{position}.pb")
                if type_name(port.type) not in PLAIN or not os.path.isfile(file):
                    break
                with open(file, "rb") as stream:
                    tensors.append(onnx.TensorProto.FromString(stream.read()))
            data.append(tensors)
        sets.append(data)
    return sets


def dump(case, position, target):
    folder = os.path.join(target, str(position))
    os.mkdir(folder)
    path = os.path.join(folder, "model.onnx")
    if case.model is not None:
        model, sets = case.model, case.data_sets
        onnx.save(model, path)
    else:
        shutil.copy(os.path.join(case.model_dir, "model.onnx"), path)
        model = onnx.load(path)
        sets = read_sets(case.model_dir, model)
    for number, data in enumerate(sets):
        for kind, ports, values in zip(("input", "output"), (model.graph.input, model.graph.output), data):
            for index, (port, value) in enumerate(zip(ports, values)):
                if (stored := array(value, port.type)) is not None:
                    np.save(os.path.join(folder, f"{number}.{kind}.{index}.npy"), stored)
    functions = {(f.domain, f.name) for f in model.functions}
    used = features(model.graph, functions)
    for function in model.functions:
        used |= features(function, functions)
    if sets and is_training_dropout(model, sets[0]):
        used.add("training")
    return [
        case.name, str(position), str(case.rtol), str(case.atol), str(len(sets)),
        ",".join(type_name(value.type) for value in model.graph.input),
        ",".join(type_name(value.type) for value in model.graph.output), ",".join(sorted(used)),
    ]


warnings.simplefilter("ignore")
cases = collect_testcases(None)
for kind in ("simple", "pytorch-converted", "pytorch-operator"):
    cases += load_model_tests(kind=kind)
with open(os.path.join(sys.argv[1], "index.tsv"), "w", encoding="utf-8") as index:
    for position, case in enumerate(cases):
        index.write("\t".join(dump(case, position, sys.argv[1])) + "\n")
