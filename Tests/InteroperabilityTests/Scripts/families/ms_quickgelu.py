"""QuickGelu of com.microsoft."""
from contrib_model import FLOATS, contrib_model
from node_model import chance, extents, floats


def cases(rng, count):
    for number in range(count):
        attributes = {"alpha": float(rng.uniform(-2, 3))} if chance(rng, 0.8) else {}
        x = floats(rng, extents(rng, int(rng.integers(1, 5))), 4)
        model, fed = contrib_model("QuickGelu", [x], attributes)
        yield f"QuickGelu {number} {x.shape} {attributes}", model, fed, FLOATS
