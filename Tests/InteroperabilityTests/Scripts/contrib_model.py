"""Models of one node of ONNX Runtime's own operators, domain com.microsoft, and the numbers of codes."""
import numpy as np

from node_model import chance, node_model, pick

DOMAIN = "com.microsoft"
# Where a tie of float arithmetic decides, a code may differ by one.
ONE_CODE = {"rtol": 0, "atol": 1}
FLOATS = {"rtol": 1e-4, "atol": 1e-5}
HALVES = {"rtol": 4e-3, "atol": 4e-3}


def contrib_model(operator, inputs, attributes=None, outputs=1, constants=(), without=()):
    """As node_model; outputs at the positions `without` are left out."""
    model, fed = node_model(operator, inputs, attributes, outputs, constants, domain=DOMAIN)
    graph = model.graph
    for position in sorted(without, reverse=True):
        graph.node[0].output[position] = ""
        del graph.output[position]
    while graph.node[0].output and not graph.node[0].output[-1]:
        del graph.node[0].output[-1]
    return model, fed


def code_type(rng):
    return pick(rng, [np.uint8, np.int8])


def codes(rng, dtype, shape, low=None, high=None):
    limits = np.iinfo(dtype)
    low, high = limits.min if low is None else low, limits.max if high is None else high
    return rng.integers(low, high + 1, shape).astype(dtype)


def weight_type(rng, dtype):
    """A type that weights have beside activations of a type."""
    return np.int8 if dtype == np.int8 or chance(rng) else np.uint8


def weight_range(dtype):
    """Products of 8 bits by 7 bits do not saturate in any of ONNX Runtime's kernels."""
    return (-64, 63) if dtype == np.int8 else (0, 127)


def weight_codes(rng, dtype, shape):
    return codes(rng, dtype, shape, *weight_range(dtype))


def weight_zero_point(rng, dtype, shape=()):
    """One near the middle of the range."""
    middle = sum(weight_range(dtype)) // 2
    return codes(rng, dtype, shape, middle - 5, middle + 5)


def scale(rng, low=0.01, high=0.1, shape=()):
    return rng.uniform(low, high, shape).astype(np.float32)


def zero_point(rng, dtype, shape=()):
    """One near the middle of the range, now and then at an end."""
    limits = np.iinfo(dtype)
    if shape == () and chance(rng, 0.1):
        return np.array(pick(rng, [limits.min, limits.max]), dtype)
    middle = (limits.min + limits.max + 1) // 2
    return codes(rng, dtype, shape, middle - 30, middle + 30)


def constant_or_fed(rng, positions):
    """Scales and zero points are constants in files; fed ones are taken by another way."""
    return tuple(positions) if chance(rng, 0.6) else ()


def broadcast_shapes(rng, rank):
    """Two shapes that broadcast: axes of either may be 1, or missing in front."""
    shape = [int(extent) for extent in rng.integers(1, 6, rank)]
    pair = []
    for _ in range(2):
        kept = [1 if chance(rng, 0.2) else extent for extent in shape]
        pair.append(tuple(kept[int(rng.integers(0, rank)):] if chance(rng, 0.2) else kept))
    return pair
