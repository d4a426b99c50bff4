"""Operators of two operands that broadcast, over every type that they take; Where."""
import numpy as np

from node_model import chance, extents, node_model, pick

INTEGERS = [np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64]
FLOATS = [np.float32, np.float64, np.float16]
WIDE = [np.float32, np.float64, np.int32, np.int64]


def cases(rng, count):
    for number in range(count):
        operator, elements = pick(rng, list(OPERATORS.items()))
        element = pick(rng, elements)
        rank = int(rng.integers(0, 5))
        shape = extents(rng, rank, 1, 4)
        a, b = (drawn(rng, operator, element, narrowed(rng, shape)) for _ in range(2))
        if operator == "PRelu":  # The slope alone broadcasts.
            a = drawn(rng, operator, element, shape)
        attributes = {}
        if operator == "Pow" and np.issubdtype(element, np.floating):
            a = np.abs(a)
        if operator.startswith("Bit"):
            a = rng.integers(0, np.iinfo(element).max, a.shape, element, endpoint=True)
        if operator in ("Pow", "BitShift") and np.issubdtype(element, np.integer):
            b = (np.abs(b) % 4).astype(element)
        if operator == "BitShift":
            attributes["direction"] = pick(rng, ["LEFT", "RIGHT"])
        inputs = [a, b]
        if operator == "Where":
            inputs.insert(0, rng.random(narrowed(rng, shape)) < 0.5)
        model, fed = node_model(operator, inputs, attributes)
        half = element == np.float16
        yield (f"{operator} {number} {[x.shape for x in inputs]} {np.dtype(element)}", model, fed,
               {"rtol": 2e-3 if half else 1e-5, "atol": 1e-3 if half else 1e-7})


OPERATORS = {
    "Add": WIDE, "Sub": WIDE, "Mul": WIDE, "Div": FLOATS, "Pow": [np.float32, np.float64, np.int32, np.int64],
    "PRelu": [np.float32], "Equal": WIDE + [np.bool_], "Less": WIDE, "Greater": WIDE, "LessOrEqual": WIDE,
    "GreaterOrEqual": WIDE, "And": [np.bool_], "Or": [np.bool_], "Xor": [np.bool_], "BitwiseAnd": INTEGERS,
    "BitwiseOr": INTEGERS, "BitwiseXor": INTEGERS, "BitShift": [np.uint8, np.uint32, np.uint64],
    "Where": WIDE + [np.uint8], "Mean": [np.float32], "Sum": [np.float32, np.float64],
}


def narrowed(rng, shape):
    """A shape that broadcasts to another."""
    shape = tuple(1 if chance(rng, 0.25) else extent for extent in shape)
    return shape[int(rng.integers(0, len(shape) + 1)):] if chance(rng, 0.3) else shape


def drawn(rng, operator, element, shape):
    if element == np.bool_:
        return np.asarray(rng.random(shape) < 0.5)
    if np.issubdtype(element, np.integer):
        return np.asarray(rng.integers(0 if np.iinfo(element).min == 0 else -9, 10, shape)).astype(element)
    return np.asarray(np.round(rng.standard_normal(shape) * 3, 1 if operator in ("Equal", "Less") else 3)).astype(element)
