"""Div and Mod of integers of every sign, and Mod with fmod of floats."""
import numpy as np

from node_model import chance, extents, node_model, pick


def cases(rng, count):
    for number in range(count):
        operator = pick(rng, ["Div", "Mod"])
        shape = extents(rng, int(rng.integers(1, 4)), 1, 4)
        other = tuple(1 if chance(rng, 0.3) else e for e in shape)
        integers = [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64]
        element = pick(rng, integers if operator == "Mod" else [np.int32, np.int64, np.uint32, np.uint64, np.int8, np.uint8])
        low = 0 if np.iinfo(element).min == 0 else -100
        a = rng.integers(low, 101, shape).astype(element)
        b = rng.integers(1, 12, other).astype(element)
        if low < 0:
            b = b * rng.choice(np.array([-1, 1], element), other)
        attributes = {}
        if operator == "Mod":
            attributes["fmod"] = int(rng.integers(0, 2))
            if attributes["fmod"] and chance(rng):
                a, b = a.astype(np.float32) / 8, b.astype(np.float32) / 4
        model, fed = node_model(operator, [a, b], attributes)
        yield f"{operator} {number} {shape} {a.dtype} {attributes}", model, fed, {"rtol": 0, "atol": 0}
