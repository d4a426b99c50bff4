"""LSTM: directions, functions, peepholes, coupled gates, lengths and states, and outputs that are left out."""
from node_model import chance
from recurrent_layers import layer


def cases(rng, count):
    for _ in range(count):
        more = {"input_forget": 1} if chance(rng, 0.3) else {}
        yield layer(rng, "LSTM", gates=4, functions=3, states=2, more_attributes=more, peepholes=True)
