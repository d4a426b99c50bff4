"""Max, Min, Clip and the activations that compare, with NaN and infinities among the values."""
import numpy as np

from node_model import chance, extents, floats, node_model, pick


def cases(rng, count):
    for number in range(count):
        operator = pick(rng, ["Max", "Min", "Clip", "Clip", "Relu", "LeakyRelu", "PRelu", "Sign", "Abs", "IsInf"])
        element = pick(rng, [np.float32, np.float32, np.float64])
        if operator in ("Max", "Min", "Clip") and chance(rng, 0.3):
            element = pick(rng, [np.int32, np.int64, np.uint32, np.uint64] + ([np.int8, np.uint8] if operator == "Clip" else []))
        if operator in ("PRelu", "LeakyRelu"):
            element = np.float32
        shape = extents(rng, int(rng.integers(1, 4)), 1, 4)
        inputs, attributes = [spiced(rng, shape, element)], {}
        if operator in ("Max", "Min"):
            for _ in range(int(rng.integers(0, 3))):
                inputs.append(spiced(rng, tuple(1 if chance(rng, 0.3) else e for e in shape), element))
        elif operator == "Clip":
            if np.issubdtype(element, np.floating):
                # A bound that is left out is numeric_limits::max in the specification, and infinity in onnx's own
                # reference; ONNX Runtime takes the former.
                inputs[0][np.isinf(inputs[0])] = 8
            low, high = sorted(rng.integers(0, 6, 2) - (0 if element in (np.uint8, np.uint32, np.uint64) else 3))
            bounds = [np.array(low, element), np.array(high, element)]
            inputs += [None if chance(rng, 0.3) else bound for bound in bounds]
            if inputs[-1] is None:
                inputs.pop()
        elif operator == "PRelu":
            inputs.append(floats(rng, shape[-1:]))
        model, fed = node_model(operator, inputs, attributes)
        yield f"{operator} {number} {shape} {inputs[0].dtype}", model, fed, {"rtol": 1e-6, "atol": 0}


def spiced(rng, shape, element):
    if np.issubdtype(element, np.integer):
        if chance(rng, 0.3):
            return rng.integers(np.iinfo(element).min, np.iinfo(element).max, shape, element, endpoint=True)
        return rng.integers(0 if np.iinfo(element).min == 0 else -9, 10, shape).astype(element)
    values = rng.standard_normal(shape) * 3
    spice = rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0], shape)
    return np.where(rng.random(shape) < 0.4, spice, values).astype(element)
