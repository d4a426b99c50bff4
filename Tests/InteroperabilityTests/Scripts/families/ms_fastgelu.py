"""FastGelu of com.microsoft, with and without bias."""
from contrib_model import FLOATS, contrib_model
from node_model import chance, extents, floats


def cases(rng, count):
    for number in range(count):
        x = floats(rng, extents(rng, int(rng.integers(1, 5))), 3)
        bias = floats(rng, x.shape[-1:]) if chance(rng) else None
        model, fed = contrib_model("FastGelu", [x, bias])
        yield f"FastGelu {number} {x.shape} bias {bias is not None}", model, fed, FLOATS
