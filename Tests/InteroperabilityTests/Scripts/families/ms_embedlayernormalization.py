"""EmbedLayerNormalization of com.microsoft: with and without segments, mask, position ids; all outputs."""
import numpy as np

from contrib_model import FLOATS, contrib_model
from node_model import chance, extents, floats


def cases(rng, count):
    for number in range(count):
        batch, length, width = extents(rng, 3, 1, 6)
        width += 1
        words, places = int(rng.integers(5, 20)), int(rng.integers(length, length + 4))

        def ids(limit, rows=batch):
            return rng.integers(0, limit, (rows, length)).astype(np.int32)

        with_segments = chance(rng, 0.7)
        inputs = [
            ids(words), ids(3) if with_segments else None, floats(rng, (words, width)), floats(rng, (places, width)),
            floats(rng, (3, width)) if with_segments else None, floats(rng, (width,)), floats(rng, (width,)),
            ids(2) if chance(rng) else None,
            ids(places, 1 if chance(rng, 0.3) else batch) if chance(rng, 0.4) else None,
        ]
        attributes = {"epsilon": float(rng.uniform(1e-6, 1e-2))} if chance(rng) else {}
        without = () if chance(rng) else (2,)
        model, fed = contrib_model(
            "EmbedLayerNormalization", inputs, attributes, 3, constants=(2, 3, 4, 5, 6), without=without)
        given = [value is not None for value in inputs]
        yield f"EmbedLayerNormalization {number} {batch} {length} {width} {given} without {without}", model, fed, FLOATS
