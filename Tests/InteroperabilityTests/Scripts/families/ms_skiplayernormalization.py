"""SkipLayerNormalization of com.microsoft: skips that broadcast, beta and bias, the sum as an output."""
import numpy as np

from contrib_model import FLOATS, HALVES, contrib_model
from node_model import chance, extents, floats, pick

# Means and inverse deviations are not made by ONNX Runtime's CPU.
STATISTICS = (1, 2)


def cases(rng, count, operator="SkipLayerNormalization", has_beta=True):
    for number in range(count):
        batch, length, width = extents(rng, 3, 1, 6)
        width += 1
        shape = (batch, length, width) if chance(rng, 0.8) else (length, width)
        skip = pick(rng, [shape, shape, (1, length, width), (length, width)]) if len(shape) == 3 else shape
        inputs = [floats(rng, shape, 2), floats(rng, skip, 2), floats(rng, (width,))]
        if has_beta:
            inputs.append(floats(rng, (width,)) if chance(rng, 0.7) else None)
        inputs.append(floats(rng, (width,)) if chance(rng) else None)
        half = chance(rng, 0.2)
        if half:
            inputs = [None if value is None else value.astype(np.float16) for value in inputs]
        attributes = {"epsilon": float(rng.uniform(1e-6, 1e-1))} if chance(rng, 0.8) else {}
        with_sum = chance(rng)
        model, fed = contrib_model(
            operator, inputs, attributes, 4, constants=(2, 3), without=STATISTICS if with_sum else (1, 2, 3))
        given = [value is not None for value in inputs]
        yield f"{operator} {number} {shape} {skip} {given} {attributes} sum {with_sum} half {half}", model, fed, HALVES if half else FLOATS
