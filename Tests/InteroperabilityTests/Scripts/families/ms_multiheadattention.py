"""MultiHeadAttention of com.microsoft: self and cross attention, biases, every kind of mask, past and present, scores."""
import numpy as np
from onnx import TensorProto

from contrib_model import FLOATS, contrib_model
from families.ms_attention import numbers
from node_model import chance, floats, pick


def cases(rng, count):
    for number in range(count):
        batch, length, heads = int(rng.integers(1, 4)), int(rng.integers(1, 6)), int(rng.integers(1, 4))
        size, value_size = int(pick(rng, [2, 4, 8])), int(pick(rng, [2, 4, 8]))
        keys = length if chance(rng) else int(rng.integers(1, 7))
        split = chance(rng, 0.2)
        past = int(rng.integers(1, 5)) if not split and chance(rng, 0.4) else 0
        if past or split:
            value_size = size
        total = past + keys
        attributes = numbers(rng, {"num_heads": heads, "unidirectional": int(keys == length and chance(rng, 0.4))})
        if split:
            key, value = floats(rng, (batch, heads, keys, size)), floats(rng, (batch, heads, keys, value_size))
        else:
            key, value = floats(rng, (batch, keys, heads * size)), floats(rng, (batch, keys, heads * value_size))
        biased = not split and chance(rng)
        kind = pick(rng, ["none", "lengths", "keys", "rows"])
        shape = {"none": None, "lengths": None, "keys": (batch, total), "rows": (batch, length, total)}[kind]
        mask = None
        if kind == "lengths":
            mask = rng.integers(1, total + 1, batch).astype(np.int32)
        elif shape:
            mask = (rng.random(shape) < 0.7).astype(np.int32)
            mask[..., 0] = 1
        bias_shape = (pick(rng, [1, batch]), pick(rng, [1, heads]), length, total)
        inputs = [
            floats(rng, (batch, length, heads * size)), key, value,
            floats(rng, (heads * (2 * size + value_size),)) if biased else None, mask,
            floats(rng, bias_shape) if chance(rng, 0.3) else None,
            floats(rng, (batch, heads, past, size)) if past else None,
            floats(rng, (batch, heads, past, value_size)) if past else None,
        ]
        outputs = 3 if past else 1
        with_scores = chance(rng, 0.3)
        model, fed = contrib_model(
            "MultiHeadAttention", inputs, attributes, 4, without=[p for p in range(1, 4) if p >= outputs and not (p == 3 and with_scores)])
        if with_scores:
            model.graph.output[-1].type.tensor_type.elem_type = TensorProto.FLOAT
        name = f"MultiHeadAttention {number} {batch} {length} {keys} {heads} {size} {value_size} past {past} mask {kind} split {split} biased {biased} bias {inputs[5] is not None} scores {with_scores} {attributes}"
        yield name, model, fed, FLOATS
