"""QLinearSoftmax of com.microsoft: the meaning of operator set 13 and that before it.

ONNX Runtime rounds the inverse of the output scale to an integer: scales are powers of two, as Softmax has them.
"""
import numpy as np

from contrib_model import ONE_CODE, code_type, codes, constant_or_fed, contrib_model, scale, zero_point
from node_model import chance, extents, pick


def cases(rng, count):
    for number in range(count):
        dtype = code_type(rng)
        shape = extents(rng, int(rng.integers(1, 5)), 1, 6)
        attributes = {"opset": int(pick(rng, [11, 12, 13, 17]))}
        if chance(rng, 0.8):
            attributes["axis"] = int(rng.integers(-len(shape), len(shape)))
        inputs = [codes(rng, dtype, shape), scale(rng), zero_point(rng, dtype) if chance(rng, 0.8) else None]
        low = np.iinfo(dtype).min
        inputs += [np.float32(pick(rng, [1 / 256, 1 / 128, 1 / 512])), np.array(pick(rng, [low, low, low + 10]), dtype)]
        model, fed = contrib_model(
            "QLinearSoftmax", inputs, attributes, constants=constant_or_fed(rng, (1, 2, 3, 4)))
        yield f"QLinearSoftmax {number} {dtype.__name__} {shape} {attributes}", model, fed, ONE_CODE
