"""8-bit floats: Cast with and without saturation, E8M0 in all roundings, QuantizeLinear and DequantizeLinear."""
import numpy as np
from onnx import TensorProto, helper

from node_model import chance, extents, node_model, pick

SCALES = [0.25, 0.1, 0.0371, 1.0, 2.5]
FLOATS = [TensorProto.FLOAT8E4M3FN, TensorProto.FLOAT8E4M3FNUZ, TensorProto.FLOAT8E5M2, TensorProto.FLOAT8E5M2FNUZ]


def cases(rng, count):
    for number in range(count):
        yield pick(rng, [casting, casting, scaling, quantizing, dequantizing])(rng, number)


def spiced(rng, shape):
    """Numbers of all sizes that the formats know, some beyond, ties and what is no number."""
    values = rng.standard_normal(shape) * 2.0 ** rng.integers(-20, 18, shape)
    ties = rng.integers(-64, 64, shape) * 2.0 ** rng.integers(-18, 12, shape)
    values = np.where(rng.random(shape) < 0.3, ties, values)
    special = rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0, 448.0, 464.0, 465.0, 6e4, 1e30], shape)
    return np.where(rng.random(shape) < 0.2, special, values)


def uncontested(values, scales=(1.0,)):
    """Without saturation ONNX Runtime takes some numbers beyond the largest for the largest, and some for NaN instead of
    infinity; the specification and ml_dtypes do not.
    """
    for scale in scales:
        size = np.abs(values) / scale
        values = np.where(((size > 463) & (size < 513)) | ((size > 61000) & (size < 66000)), 1, values)
    return values


def widened(model, target=TensorProto.FLOAT):
    """Lets the last value leave by a Cast: Python has no arrays of 8-bit floats."""
    node = model.graph.node[-1]
    node.output[0] = "narrow"
    model.graph.node.append(helper.make_node("Cast", ["narrow"], ["y0"], to=target))
    return model


def casting(rng, number):
    source, target, saturate = pick(rng, [np.float32, np.float16]), pick(rng, FLOATS), int(chance(rng))
    with np.errstate(over="ignore"):
        data = np.asarray(spiced(rng, extents(rng, int(rng.integers(0, 4)), 1, 8)))
        data = (data if saturate else uncontested(data)).astype(source)
    model, fed = node_model("Cast", [data], {"to": target, "saturate": saturate})
    name = f"Cast {number} {data.dtype} to {TensorProto.DataType.Name(target)} {saturate}"
    return name, widened(model), fed, {"rtol": 0, "atol": 0}


def scaling(rng, number):
    mode, saturate = pick(rng, ["up", "down", "nearest"]), int(chance(rng))
    data = np.abs(spiced(rng, extents(rng, 1, 4, 30))).astype(np.float32)
    attributes = {"to": TensorProto.FLOAT8E8M0, "saturate": saturate, "round_mode": mode}
    model, fed = node_model("Cast", [data], attributes, opset=24)
    model.ir_version = 12
    return f"Cast {number} to FLOAT8E8M0 {mode} {saturate}", widened(model), fed, {"rtol": 0, "atol": 0}


def granularity(rng):
    """A shape, that of its scales, and the attributes that say so."""
    shape = extents(rng, int(rng.integers(1, 4)), 1, 6)
    axis = int(rng.integers(0, len(shape)))
    kind = pick(rng, ["tensor", "axis", "block"])
    if kind == "tensor":
        return shape, (), {}
    if kind == "axis":
        return shape, (shape[axis],), {"axis": axis}
    block = int(rng.integers(1, shape[axis] + 1))
    shape = tuple(e // block * block if a == axis else e for a, e in enumerate(shape))
    return shape, tuple(e // block if a == axis else e for a, e in enumerate(shape)), {"axis": axis, "block_size": block}


def quantizing(rng, number):
    target, saturate = pick(rng, FLOATS), int(chance(rng))
    shape, layout, attributes = granularity(rng)
    data = np.asarray(spiced(rng, shape))
    data = (data if saturate else uncontested(data, SCALES)).astype(np.float32)
    scale = rng.choice(SCALES, layout).astype(np.float32)
    model, fed = node_model(
        "QuantizeLinear", [data, scale], attributes | {"output_dtype": target, "saturate": saturate}, constants=(1,))
    name = f"QuantizeLinear {number} {TensorProto.DataType.Name(target)} {shape} {layout} {attributes} {saturate}"
    return name, widened(model), fed, {"rtol": 0, "atol": 0}


def dequantizing(rng, number):
    source = pick(rng, FLOATS)
    shape, layout, attributes = granularity(rng)
    scale = rng.choice(SCALES, layout).astype(np.float32)
    model, fed = node_model("DequantizeLinear", [np.zeros(shape, np.float32), scale], attributes, constants=(1,))
    del model.graph.input[:]
    codes = rng.integers(0, 256, shape, dtype=np.uint8)
    model.graph.initializer.append(helper.make_tensor("x0", source, shape, codes.tobytes(), raw=True))
    name = f"DequantizeLinear {number} {TensorProto.DataType.Name(source)} {shape} {layout} {attributes}"
    return name, model, [], {"rtol": 0, "atol": 0}
