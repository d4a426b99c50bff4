"""Gelu of com.microsoft."""
from contrib_model import FLOATS, contrib_model
from node_model import extents, floats


def cases(rng, count):
    for number in range(count):
        x = floats(rng, extents(rng, int(rng.integers(1, 5))), 3)
        model, fed = contrib_model("Gelu", [x])
        yield f"Gelu {number} {x.shape}", model, fed, FLOATS
