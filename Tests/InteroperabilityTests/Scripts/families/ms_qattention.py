"""QAttention of com.microsoft: types of codes, scales of columns, masks, causality, past and present."""
import numpy as np

from contrib_model import codes, contrib_model, scale, weight_codes, weight_zero_point, zero_point
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
        weights = pick(rng, [np.int8, np.uint8])
        per_column = (columns,) if chance(rng) else ()
        inputs = [
            codes(rng, np.uint8, (batch, length, width)), weight_codes(rng, weights, (width, columns)),
            floats(rng, (columns,)), scale(rng, 0.005, 0.02), scale(rng, 0.005, 0.02, per_column), padding,
            zero_point(rng, np.uint8) if chance(rng, 0.8) else None,
            weight_zero_point(rng, weights, per_column) if chance(rng, 0.8) else None,
            floats(rng, (2, batch, heads, past, size)) if past else None,
        ]
        constants = (1,) if chance(rng) else ()
        model, fed = contrib_model("QAttention", inputs, attributes, 2 if past else 1, constants=constants)
        name = f"QAttention {number} {batch} {length} {heads} {size} past {past} mask {kind} {weights.__name__} {per_column} {attributes}"
        yield name, model, fed, {"rtol": 1e-4, "atol": 2e-5}
