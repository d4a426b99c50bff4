"""RotaryEmbedding of com.microsoft: rows merged and split, both orders of pairs, both formats of positions, part of a head."""
import numpy as np

from contrib_model import FLOATS, HALVES, contrib_model
from node_model import chance, floats, pick


def cases(rng, count):
    for number in range(count):
        batch, length, heads = (int(v) for v in rng.integers(1, 5, 3))
        size = int(pick(rng, [8, 16, 32]))
        turned = size if chance(rng, 0.7) else size // 2
        places = length + int(rng.integers(0, 6))
        angles = rng.uniform(0, 6, (places, turned // 2))
        split = chance(rng)
        x = floats(rng, (batch, heads, length, size) if split else (batch, length, heads * size))
        attributes = {"interleaved": int(chance(rng))}
        if turned != size:
            attributes |= {"rotary_embedding_dim": turned, "num_heads": heads}
        elif chance(rng, 0.3):
            attributes["num_heads"] = heads
        if chance(rng):
            positions = np.array([rng.integers(0, places - length + 1)])
        else:
            positions = rng.integers(0, places, (batch, length))
        inputs = [x, positions.astype(np.int64), np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)]
        half = chance(rng, 0.2)
        if half:
            inputs = [value.astype(np.float16) if value.dtype == np.float32 else value for value in inputs]
        model, fed = contrib_model("RotaryEmbedding", inputs, attributes, constants=(2, 3))
        yield f"RotaryEmbedding {number} {x.shape} {attributes} positions {positions.shape} half {half}", model, fed, HALVES if half else FLOATS
