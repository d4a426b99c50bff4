"""MatMulIntegerToFloat of com.microsoft: types of both operands, scales and zero points of columns, bias."""
import numpy as np

from contrib_model import (
    FLOATS, code_type, codes, contrib_model, scale, weight_codes, weight_type, weight_zero_point, zero_point)
from families.ms_matmulinteger16 import operands
from node_model import chance


def cases(rng, count):
    for number in range(count):
        dtype = code_type(rng)
        kind = weight_type(rng, dtype)
        a, b = operands(rng, 8)
        per_column = (b[-1],) if chance(rng) and len(b) == 2 else ()
        inputs = [
            codes(rng, dtype, a), weight_codes(rng, kind, b), scale(rng), scale(rng, shape=per_column),
            zero_point(rng, dtype) if chance(rng, 0.7) else None,
            weight_zero_point(rng, kind, per_column) if chance(rng, 0.7) else None,
            rng.standard_normal(b[-1]).astype(np.float32) if chance(rng) else None,
        ]
        model, fed = contrib_model("MatMulIntegerToFloat", inputs)
        yield f"MatMulIntegerToFloat {number} {dtype.__name__} {kind.__name__} {a} {b} {per_column}", model, fed, FLOATS
