"""The files in which cases are handed to the tests, and what they say of a model.

Every case is a folder with `model.onnx` and, per data set, `SET.input.I.npy` and `SET.output.I.npy`. NumPy lacks some of
ONNX's element types: bfloat16 and narrower floats are stored as float32, integers of less than 8 bits as int8, all
without loss. The elements of a sequence are `SET.input.I.K.npy`; of an optional value that is not there stands
`SET.input.I.absent`. `index.tsv` beside the folders has a line per case: name, folder, relative and absolute tolerance,
number of data sets, the types of the model's inputs, of its outputs (`float`, `sequence(float)`,
`optional(sequence(float))`), and what else the model uses: `operator:DOMAIN.TYPE`, `type:NAME`, `training`,
comma-separated.
"""
import os

import numpy as np
import onnx
from onnx import numpy_helper

STORED = {
    "bfloat16": np.float32, "float8e4m3fn": np.float32, "float8e4m3fnuz": np.float32, "float8e5m2": np.float32,
    "float8e5m2fnuz": np.float32, "float8e8m0": np.float32, "float6e2m3": np.float32, "float6e3m2": np.float32,
    "float4e2m1": np.float32, "int2": np.int8, "uint2": np.int8, "int4": np.int8, "uint4": np.int8,
}
PLAIN = {
    "float", "float16", "double", "bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64",
}


def element_name(code):
    return onnx.TensorProto.DataType.Name(code).lower()


def type_name(type_proto):
    kind = type_proto.WhichOneof("value")
    if kind == "tensor_type":
        return element_name(type_proto.tensor_type.elem_type)
    if kind in ("sequence_type", "optional_type"):
        return f"{kind.removesuffix('_type')}({type_name(getattr(type_proto, kind).elem_type)})"
    return str(kind).removesuffix("_type")


def tensor_type(type_proto):
    """The type of the tensor, or of the tensors in a sequence or an optional value."""
    while (kind := type_proto.WhichOneof("value")) in ("sequence_type", "optional_type"):
        type_proto = getattr(type_proto, kind).elem_type
    return type_proto


def features(graph, functions):
    """What the nodes of a graph, of its subgraphs and of its functions use."""
    found = set()
    for value in list(getattr(graph, "input", [])) + list(getattr(graph, "value_info", [])):
        if not isinstance(value, str) and value.HasField("type"):
            found.add("type:" + type_name(tensor_type(value.type)))
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


def save(path, value, type_proto):
    """Writes a value of a data set; nothing where it has no plain element type."""
    name = type_name(type_proto)
    if name.startswith("optional") and value is None:
        open(path + ".absent", "w").close()
    elif name.startswith(("sequence", "optional(sequence")):
        for index, element in enumerate(value):
            if (stored := array(element, tensor_type(type_proto))) is not None:
                np.save(f"{path}.{index}.npy", stored)
    elif (stored := array(value, tensor_type(type_proto))) is not None:
        np.save(path + ".npy", stored)


class CaseWriter:
    """Writes cases and their index into a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    def __enter__(self):
        self.index = open(os.path.join(self.folder, "index.tsv"), "w", encoding="utf-8")
        return self

    def __exit__(self, *_):
        self.index.close()

    def write(self, name, model, sets, rtol, atol):
        """Writes one case; `sets` are pairs of the values of the model's inputs and of its outputs."""
        folder = os.path.join(self.folder, str(self.count))
        os.mkdir(folder)
        onnx.save(model, os.path.join(folder, "model.onnx"))
        for number, data in enumerate(sets):
            for kind, ports, values in zip(("input", "output"), (model.graph.input, model.graph.output), data):
                for position, (port, value) in enumerate(zip(ports, values)):
                    save(os.path.join(folder, f"{number}.{kind}.{position}"), value, port.type)
        fields = [
            name, str(self.count), str(rtol), str(atol), str(len(sets)),
            ",".join(type_name(value.type) for value in model.graph.input),
            ",".join(type_name(value.type) for value in model.graph.output), ",".join(sorted(uses(model, sets))),
        ]
        self.index.write("\t".join(fields) + "\n")
        self.count += 1


def uses(model, sets):
    functions = {(f.domain, f.name) for f in model.functions}
    used = features(model.graph, functions)
    for function in model.functions:
        used |= features(function, functions)
    if sets and is_training_dropout(model, sets[0]):
        used.add("training")
    return used
