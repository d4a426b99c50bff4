"""MatMulIntegerToFloat of com.microsoft: types of both operands, scales and zero points of columns, bias."""
import numpy as np

from contrib_model import FLOATS, code_type, codes, contrib_model, scale, zero_point
from families.ms_matmulinteger16 import operands
from node_model import chance


def cases(rng, count):
    for number in range(count):
        dtype = code_type(rng)
        weight_type = np.int8 if dtype == np.int8 or chance(rng) else np.uint8
        a, b = operands(rng, 8)
        per_column = (b[-1],) if chance(rng) and len(b) == 2 else ()
        # Products of 8 bits by 7 bits do not saturate in any of ONNX Runtime's kernels.
        low, high = (-64, 63) if weight_type == np.int8 else (0, 127)
        inputs = [
            codes(rng, dtype, a), codes(rng, weight_type, b, low, high), scale(rng), scale(rng, shape=per_column),
            zero_point(rng, dtype) if chance(rng, 0.7) else None,
            codes(rng, weight_type, per_column, (low + high) // 2 - 5, (low + high) // 2 + 5) if chance(rng, 0.7) else None,
            rng.standard_normal(b[-1]).astype(np.float32) if chance(rng) else None,
        ]
        model, fed = contrib_model("MatMulIntegerToFloat", inputs)
        yield f"MatMulIntegerToFloat {number} {dtype.__name__} {weight_type.__name__} {a} {b} {per_column}", model, fed, FLOATS
