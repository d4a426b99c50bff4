"""QuantizeLinear of com.microsoft: 8-bit and 16-bit codes, one scale or one for each index of an axis."""
import numpy as np

from contrib_model import constant_or_fed, contrib_model, scale
from node_model import chance, extents, floats, pick


def parameters(rng, shape, dtype):
    axis = int(rng.integers(-len(shape), len(shape)))
    layout = (shape[axis],) if chance(rng) else ()
    limits = np.iinfo(dtype)
    zero = rng.integers(limits.min // 4, limits.max // 4 + 1, layout).astype(dtype)
    return {"axis": axis} if layout else {}, scale(rng, 0.01, 0.1, layout), zero


def cases(rng, count):
    for number in range(count):
        dtype = pick(rng, [np.uint8, np.int8, np.uint16, np.int16])
        shape = extents(rng, int(rng.integers(1, 5)))
        attributes, steps, zero = parameters(rng, shape, dtype)
        x = floats(rng, shape, 4 if np.iinfo(dtype).bits == 8 else 400)
        model, fed = contrib_model(
            "QuantizeLinear", [x, steps, zero], attributes, constants=constant_or_fed(rng, (1, 2)))
        yield f"QuantizeLinear {number} {dtype.__name__} {shape} {attributes}", model, fed, {"rtol": 0, "atol": 0}
