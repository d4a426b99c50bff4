"""DequantizeLinear of com.microsoft: 8-bit, 16-bit and 32-bit codes, one scale or one for each index of an axis."""
import numpy as np

from contrib_model import codes, constant_or_fed, contrib_model
from families.ms_quantizelinear import parameters
from node_model import chance, extents, pick


def cases(rng, count):
    for number in range(count):
        dtype = pick(rng, [np.uint8, np.int8, np.uint16, np.int16, np.int32])
        shape = extents(rng, int(rng.integers(1, 5)))
        attributes, steps, zero = parameters(rng, shape, dtype)
        # Codes of 32 bits have no zero point.
        zero = zero if dtype != np.int32 and chance(rng, 0.8) else None
        model, fed = contrib_model(
            "DequantizeLinear", [codes(rng, dtype, shape), steps, zero], attributes, constants=constant_or_fed(rng, (1, 2)))
        yield f"DequantizeLinear {number} {dtype.__name__} {shape} {attributes}", model, fed, {"rtol": 1e-6, "atol": 0}
