"""GatherBlockQuantized of com.microsoft: 4-bit types, and 2, 4 and 8 bits packed in bytes; every pair of axes."""
import numpy as np
from onnx import TensorProto, helper

from contrib_model import contrib_model
from node_model import chance, extents, pick


def cases(rng, count):
    for number in range(count):
        yield packed(rng, number) if chance(rng) else typed(rng, number)


def indices(rng, extent, dtype):
    """Now and then one that is outside."""
    return rng.integers(-extent, extent + (2 if chance(rng, 0.2) else 0), extents(rng, int(rng.integers(0, 3)), 1, 4)).astype(dtype)


def packed(rng, number):
    bits, block = int(pick(rng, [2, 4, 8])), int(pick(rng, [16, 32]))
    rank = int(rng.integers(2, 4))
    shape = list(extents(rng, rank, 1, 4))
    # ONNX Runtime's CPU takes blocks of packed codes along the last axis only.
    axis = rank - 1
    shape[-1] = int(pick(rng, [8, 24, 40])) if chance(rng) else int(rng.integers(1, 12)) * (8 // bits)
    scaled = [(e + block - 1) // block if a == axis else e for a, e in enumerate(shape)]
    zero = None
    if chance(rng):
        zero = rng.integers(0, 256, (*scaled[:-1], (scaled[-1] * bits + 7) // 8)).astype(np.uint8)
    inputs = [
        rng.integers(0, 256, (*shape[:-1], shape[-1] * bits // 8)).astype(np.uint8),
        indices(rng, shape[0], pick(rng, [np.int32, np.int64])), rng.uniform(0.01, 0.1, scaled).astype(np.float32), zero,
    ]
    attributes = {"bits": bits, "block_size": block, "gather_axis": 0, "quantize_axis": axis}
    model, fed = contrib_model("GatherBlockQuantized", inputs, attributes, constants=(0, 2, 3))
    return f"GatherBlockQuantized {number} {shape} {attributes} zero {zero is not None}", model, fed, {"rtol": 1e-6, "atol": 1e-6}


def typed(rng, number):
    block, rank = int(pick(rng, [16, 32])), int(rng.integers(2, 4))
    code = pick(rng, [TensorProto.INT4, TensorProto.UINT4])
    low, high = (-8, 8) if code == TensorProto.INT4 else (0, 16)
    shape = list(extents(rng, rank, 1, 4))
    axis, gather = int(rng.integers(0, rank)), int(rng.integers(0, rank))
    shape[axis] = int(rng.integers(1, 40))
    scaled = [(e + block - 1) // block if a == axis else e for a, e in enumerate(shape)]
    inputs = [np.zeros(0, np.int8), indices(rng, shape[gather], np.int64), rng.uniform(0.01, 0.1, scaled).astype(np.float32)]
    attributes = {"block_size": block, "gather_axis": gather - rank if chance(rng, 0.3) else gather, "quantize_axis": axis}
    model, fed = contrib_model("GatherBlockQuantized", inputs, attributes, constants=(0, 2))
    initializers = model.graph.initializer
    initializers.remove(next(t for t in initializers if t.name == "x0"))
    initializers.append(helper.make_tensor("x0", code, shape, rng.integers(low, high, shape).reshape(-1).tolist()))
    if chance(rng):
        initializers.append(helper.make_tensor("x3", code, scaled, rng.integers(low, high, scaled).reshape(-1).tolist()))
        model.graph.node[0].input.append("x3")
    name = f"GatherBlockQuantized {number} {TensorProto.DataType.Name(code)} {shape} {attributes}"
    return name, model, fed, {"rtol": 1e-6, "atol": 1e-6}
