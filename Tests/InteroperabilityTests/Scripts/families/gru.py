"""GRU: directions, functions, both ways to reset, lengths and states, and outputs that are left out."""
from node_model import chance
from recurrent_layers import layer


def cases(rng, count):
    for _ in range(count):
        more = {"linear_before_reset": 1} if chance(rng) else {}
        yield layer(rng, "GRU", gates=3, functions=2, states=1, more_attributes=more)
