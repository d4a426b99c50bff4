"""Attention of com.microsoft: every kind of mask, causality, past and present, attention bias, widths of values."""
import numpy as np

from contrib_model import FLOATS, contrib_model
from node_model import chance, floats, pick


def mask(rng, batch, length, past):
    """A mask of one of its formats, or none; every row keeps a key."""
    total = past + length
    kind = pick(rng, ["none", "lengths", "ranges", "keys", "rows"])
    if kind == "none":
        return kind, None
    if kind == "lengths":
        return kind, rng.integers(1, total + 1, batch).astype(np.int32)
    if kind == "ranges":
        ends = rng.integers(1, total + 1, batch)
        return kind, np.concatenate([ends, [rng.integers(0, end) for end in ends]]).astype(np.int32)
    shape = (batch, total) if kind == "keys" else (batch, length, total)
    kept = (rng.random(shape) < 0.7).astype(np.int32)
    kept[..., int(rng.integers(0, total))] = 1
    return kind, kept


def numbers(rng, attributes):
    if chance(rng, 0.4):
        attributes["scale"] = float(rng.uniform(0.1, 1))
    if chance(rng, 0.4):
        attributes["mask_filter_value"] = float(pick(rng, [-10000.0, -1e9, -3.4e38, -4.0]))
    return attributes


def cases(rng, count):
    for number in range(count):
        batch, length, heads = int(rng.integers(1, 4)), int(rng.integers(1, 6)), int(rng.integers(1, 4))
        size, width = int(pick(rng, [2, 4, 8])), int(rng.integers(2, 9))
        past = int(rng.integers(1, 5)) if chance(rng, 0.4) else 0
        attributes = numbers(rng, {"num_heads": heads, "unidirectional": int(chance(rng, 0.4))})
        hidden, values = heads * size, heads * size
        if not past and chance(rng, 0.3):
            values = heads * int(pick(rng, [2, 4, 8]))
            attributes["qkv_hidden_sizes"] = [hidden, hidden, values]
        kind, padding = mask(rng, batch, length, past)
        inputs = [
            floats(rng, (batch, length, width)), floats(rng, (width, 2 * hidden + values)),
            floats(rng, (2 * hidden + values,)), padding,
            floats(rng, (2, batch, heads, past, size)) if past else None,
            floats(rng, (pick(rng, [1, batch]), pick(rng, [1, heads]), length, length)) if not past and chance(rng, 0.3) else None,
        ]
        outputs = 2 if past or (values == hidden and chance(rng, 0.3)) else 1
        constants = (1, 2) if chance(rng) else ()
        model, fed = contrib_model("Attention", inputs, attributes, outputs, constants=constants)
        name = f"Attention {number} {batch} {length} {heads} {size} past {past} mask {kind} bias {inputs[5] is not None} {attributes}"
        yield name, model, fed, FLOATS
