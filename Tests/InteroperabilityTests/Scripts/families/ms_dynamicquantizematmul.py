"""DynamicQuantizeMatMul of com.microsoft: types of B, scales and zero points of columns, bias."""
import numpy as np

from contrib_model import codes, contrib_model, scale
from families.ms_matmulinteger16 import operands
from node_model import chance, floats, pick


def cases(rng, count):
    for number in range(count):
        weight_type = pick(rng, [np.int8, np.uint8])
        a, b = operands(rng, 8)
        per_column = (b[-1],) if chance(rng) and len(b) == 2 else ()
        # Products of 8 bits by 7 bits do not saturate in any of ONNX Runtime's kernels.
        low, high = (-64, 63) if weight_type == np.int8 else (0, 127)
        middle = (low + high) // 2
        x = floats(rng, a, 2) + np.float32(rng.uniform(-2, 2))
        inputs = [
            x, codes(rng, weight_type, b, low, high), scale(rng, shape=per_column),
            codes(rng, weight_type, per_column, middle - 5, middle + 5) if chance(rng, 0.7) else None,
            floats(rng, (b[-1],)) if chance(rng) else None,
        ]
        model, fed = contrib_model("DynamicQuantizeMatMul", inputs)
        yield f"DynamicQuantizeMatMul {number} {weight_type.__name__} {a} {b} {per_column}", model, fed, {
            "rtol": 1e-4, "atol": 1e-4}
