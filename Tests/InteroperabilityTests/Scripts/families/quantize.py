"""QuantizeLinear and DequantizeLinear: per tensor, per axis, in blocks; every code type; ties and saturation."""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

from node_model import chance, extents, node_model, pick

CODES = {
    TensorProto.INT8: (-128, 127), TensorProto.UINT8: (0, 255), TensorProto.INT16: (-32768, 32767),
    TensorProto.UINT16: (0, 65535), TensorProto.INT4: (-8, 7), TensorProto.UINT4: (0, 15),
}


def cases(rng, count):
    for number in range(count):
        code = pick(rng, list(CODES))
        low, high = CODES[code]
        shape = extents(rng, int(rng.integers(1, 5)), 1, 6)
        axis = int(rng.integers(0, len(shape)))
        granularity = pick(rng, ["tensor", "axis", "block"])
        attributes, layout = {}, ()
        if granularity != "tensor":
            attributes["axis"] = axis - len(shape) if chance(rng, 0.3) else axis
            layout = (shape[axis],)
        if granularity == "block":
            block = int(rng.integers(1, shape[axis] + 1))
            shape = tuple(e // block * block if a == axis else e for a, e in enumerate(shape))
            attributes["block_size"] = block
            layout = tuple(e // block if a == axis else e for a, e in enumerate(shape))
        scale = rng.choice([0.25, 0.1, 0.0371, 1.0, 2.5], layout).astype(np.float32)
        zero = rng.integers(low, high + 1, layout)
        with_zero = chance(rng, 0.7)
        if chance(rng):
            yield dequantizing(rng, number, code, shape, scale, zero if with_zero else None, attributes)
        else:
            yield quantizing(rng, number, code, shape, scale, zero if with_zero else None, attributes)


def tensor(values, code, name):
    return helper.make_tensor(name, code, np.shape(values), np.asarray(values).reshape(-1).tolist())


def quantizing(rng, number, code, shape, scale, zero, attributes):
    low, high = CODES[code]
    spread = float(pick(rng, [(high - low) * 0.6, high - low, 4.0]))
    data = (rng.uniform(-spread, spread, shape) * scale.mean()).astype(np.float32)
    if scale.ndim == 0:  # Halves and exact codes.
        data = np.where(rng.random(shape) < 0.3, rng.integers(low * 2, high * 2, shape) * scale / 2, data).astype(np.float32)
    if zero is None:
        attributes = attributes | {"output_dtype": code}
    return finish("QuantizeLinear", number, code, data, scale, zero, attributes)


def dequantizing(rng, number, code, shape, scale, zero, attributes):
    low, high = CODES[code]
    return finish("DequantizeLinear", number, code, rng.integers(low, high + 1, shape), scale, zero, attributes)


def finish(operator, number, code, data, scale, zero, attributes):
    """The node, with codes of 4 bits entering as initializers and leaving by a Cast: Python has no such arrays."""
    model, fed = node_model(operator, [data.astype(np.float32), scale], attributes, constants=(1,))
    graph, node = model.graph, model.graph.node[0]
    if zero is not None:
        node.input.append("zero")
        graph.initializer.append(tensor(zero, code, "zero"))
    if operator == "DequantizeLinear":
        codes = tensor(data, code, "x0")
        if code in (TensorProto.INT4, TensorProto.UINT4):
            del graph.input[:]
            graph.initializer.append(codes)
            fed = []
        else:
            graph.input[0].type.tensor_type.elem_type = code
            fed = [numpy_helper.to_array(codes)]
    elif code in (TensorProto.INT4, TensorProto.UINT4):
        node.output[0] = "codes"
        graph.node.append(helper.make_node("Cast", ["codes"], ["y0"], to=TensorProto.INT8))
    name = f"{operator} {number} {TensorProto.DataType.Name(code)} {data.shape} {scale.shape} {zero is not None} {attributes}"
    return name, model, fed, {"rtol": 0, "atol": 0}
