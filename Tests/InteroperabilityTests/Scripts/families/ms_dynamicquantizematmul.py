"""DynamicQuantizeMatMul of com.microsoft: types of B, scales and zero points of columns, bias."""
import numpy as np

from contrib_model import contrib_model, scale, weight_codes, weight_zero_point
from families.ms_matmulinteger16 import operands
from node_model import chance, floats, pick


def cases(rng, count):
    for number in range(count):
        kind = pick(rng, [np.int8, np.uint8])
        a, b = operands(rng, 8)
        per_column = (b[-1],) if chance(rng) and len(b) == 2 else ()
        x = floats(rng, a, 2) + np.float32(rng.uniform(-2, 2))
        inputs = [
            x, weight_codes(rng, kind, b), scale(rng, shape=per_column),
            weight_zero_point(rng, kind, per_column) if chance(rng, 0.7) else None,
            floats(rng, (b[-1],)) if chance(rng) else None,
        ]
        model, fed = contrib_model("DynamicQuantizeMatMul", inputs)
        yield f"DynamicQuantizeMatMul {number} {kind.__name__} {a} {b} {per_column}", model, fed, {
            "rtol": 1e-4, "atol": 1e-4}
