"""Models of one node, as most random cases need."""
import numpy as np
import onnx
from onnx import helper, numpy_helper

OPSETS = {"": 22, "ai.onnx.ml": 4, "com.microsoft": 1}


def tensor_type(value):
    return helper.np_dtype_to_tensor_dtype(np.asarray(value).dtype)


def node_model(operator, inputs, attributes=None, outputs=1, constants=(), domain="", opset=None):
    """A model of one node and the arrays to feed it.

    `inputs` are arrays, or None for those that are left out; the positions in `constants` become initializers. The
    outputs have no declared type: the driver gives them that of the answer.
    """
    names = ["" if value is None else f"x{position}" for position, value in enumerate(inputs)]
    opset = opset or OPSETS[domain]
    node = helper.make_node(
        operator, names, [f"y{position}" for position in range(outputs)], name="node", domain=domain,
        **(attributes or {}))
    fed = [p for p, value in enumerate(inputs) if value is not None and p not in constants]
    graph = helper.make_graph(
        [node], "case",
        [helper.make_tensor_value_info(names[p], tensor_type(inputs[p]), np.shape(inputs[p])) for p in fed],
        [onnx.ValueInfoProto(name=name) for name in node.output],
        [numpy_helper.from_array(np.asarray(inputs[p]), names[p]) for p in constants if inputs[p] is not None])
    imports = [helper.make_opsetid("", opset if domain == "" else OPSETS[""])]
    if domain:
        imports.append(helper.make_opsetid(domain, opset))
    return helper.make_model(graph, opset_imports=imports, ir_version=10), [np.asarray(inputs[p]) for p in fed]


def floats(rng, shape, scale=1.0):
    """Normally distributed float32 values."""
    return (rng.standard_normal(shape) * scale).astype(np.float32)


def extents(rng, rank, low=1, high=5):
    """Random extents of a shape."""
    return tuple(int(extent) for extent in rng.integers(low, high + 1, rank))


def chance(rng, probability=0.5):
    return bool(rng.random() < probability)


def pick(rng, values):
    return values[int(rng.integers(len(values)))]
