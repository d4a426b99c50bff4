"""QAttention of com.microsoft: types of codes, scales of columns, masks, causality, past and present."""
import numpy as np

from contrib_model import codes, contrib_model, scale, zero_point
from families.ms_attention import mask
from node_model import chance, floats, pick


def cases(rng, count):
    for number in range(count):
        batch, length, heads = int(rng.integers(1, 4)), int(rng.integers(1, 6)), int(rng.integers(1, 4))
        size, width = int(pick(rng, [2, 4, 8])), int(rng.integers(2, 9))
        past = int(rng.integers(1, 5)) if chance(rng, 0.4) else 0
        columns = 3 * heads * size
        attributes = {"num_heads": heads, "unidirectional": int(chance(rng, 0.4))}
        if chance(rng, 0.3):
            attributes["scale"] = float(rng.uniform(0.1, 1))
        kind, padding = mask(rng, batch, length, past)
        weight_type = pick(rng, [np.int8, np.uint8])
        # Products of 8 bits by 7 bits do not saturate in any of ONNX Runtime's kernels.
        low, high = (-64, 63) if weight_type == np.int8 else (0, 127)
        per_column = (columns,) if chance(rng) else ()
        inputs = [
            codes(rng, np.uint8, (batch, length, width)), codes(rng, weight_type, (width, columns), low, high),
            floats(rng, (columns,)), scale(rng, 0.005, 0.02), scale(rng, 0.005, 0.02, per_column), padding,
            zero_point(rng, np.uint8) if chance(rng, 0.8) else None,
            codes(rng, weight_type, per_column, (low + high) // 2 - 5, (low + high) // 2 + 5) if chance(rng, 0.8) else None,
            floats(rng, (2, batch, heads, past, size)) if past else None,
        ]
        constants = (1,) if chance(rng) else ()
        model, fed = contrib_model("QAttention", inputs, attributes, 2 if past else 1, constants=constants)
        name = f"QAttention {number} {batch} {length} {heads} {size} past {past} mask {kind} {weight_type.__name__} {per_column} {attributes}"
        yield name, model, fed, {"rtol": 1e-4, "atol": 2e-5}
