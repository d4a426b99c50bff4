"""RNN: directions, functions, lengths and states, and outputs that are left out."""
from recurrent_layers import layer


def cases(rng, count):
    for _ in range(count):
        yield layer(rng, "RNN", gates=1, functions=1, states=1)
