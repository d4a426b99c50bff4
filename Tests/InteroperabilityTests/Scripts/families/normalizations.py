"""Normalizations over channels, groups, trailing axes and neighbourhoods."""
import numpy as np

from node_model import chance, extents, floats, node_model, pick


def cases(rng, count):
    makers = [batch, instance, layer, group, rms, local_response, lp, mean_variance]
    for number in range(count):
        operator, inputs, attributes, outputs, opset = pick(rng, makers)(rng)
        model, fed = node_model(operator, inputs, attributes, outputs, opset=opset)
        yield f"{operator} {number} {inputs[0].shape} {attributes}", model, fed, {"rtol": 1e-4, "atol": 1e-5}


def image(rng, channels=None, low=1):
    channels = channels or int(rng.integers(1, 5))
    return floats(rng, (int(rng.integers(1, 3)), channels, *extents(rng, int(rng.integers(1, 4)), low, 5)), 2.0)


def epsilon(rng):
    return {"epsilon": pick(rng, [1e-5, 1e-3, 0.1])} if chance(rng) else {}


def batch(rng):
    x = image(rng)
    c = x.shape[1]
    inputs = [x, floats(rng, c), floats(rng, c), floats(rng, c), np.abs(floats(rng, c)) + np.float32(0.1)]
    return "BatchNormalization", inputs, epsilon(rng), 1, None


def instance(rng):
    x = image(rng, low=2)  # Of one element ONNX Runtime normalizes what is left of x - x after rounding.
    return "InstanceNormalization", [x, floats(rng, x.shape[1]), floats(rng, x.shape[1])], epsilon(rng), 1, None


def trailing(rng):
    x = floats(rng, extents(rng, int(rng.integers(1, 5)), 1, 5), 2.0)
    axis = int(rng.integers(0, x.ndim))
    return x, axis, {"axis": axis - x.ndim if chance(rng) else axis} | epsilon(rng)


def layer(rng):
    x, axis, attributes = trailing(rng)
    inputs = [x, floats(rng, x.shape[axis:])] + ([floats(rng, x.shape[axis:])] if chance(rng) else [])
    return "LayerNormalization", inputs, attributes, pick(rng, [1, 3]), None


def group(rng):
    groups = int(rng.integers(1, 4))
    x = image(rng, groups * int(rng.integers(1, 3)))
    per_group = chance(rng, 0.3)
    c = groups if per_group else x.shape[1]
    return ("GroupNormalization", [x, floats(rng, c), floats(rng, c)], {"num_groups": groups} | epsilon(rng), 1,
            18 if per_group else 21)


def rms(rng):
    x, axis, attributes = trailing(rng)
    return "RMSNormalization", [x, floats(rng, x.shape[axis:])], attributes, 1, 23


def local_response(rng):
    x = floats(rng, (int(rng.integers(1, 3)), int(rng.integers(1, 8)), *extents(rng, 2, 1, 4)), 2.0)
    attributes = {"size": pick(rng, [1, 3, 5]), "alpha": 0.5, "beta": pick(rng, [0.75, 0.5]), "bias": pick(rng, [1.0, 2.0])}
    return "LRN", [x], attributes, 1, None


def lp(rng):
    x = floats(rng, extents(rng, int(rng.integers(1, 4)), 1, 5))
    axis = int(rng.integers(0, x.ndim))
    return "LpNormalization", [x], {"axis": axis - x.ndim if chance(rng) else axis, "p": int(rng.integers(1, 3))}, 1, None


def mean_variance(rng):
    x = floats(rng, extents(rng, 4, 2, 4))
    attributes = {"axes": pick(rng, [[0, 2, 3], [0, 1, 2, 3]])} if chance(rng) else {}
    return "MeanVarianceNormalization", [x], attributes, 1, None
