"""Reductions: axes as input and as attribute, empty axes, keepdims, noop_with_empty_axes, several types."""
import numpy as np

from node_model import chance, extents, floats, node_model, pick

OPERATORS = [
    "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSum",
    "ReduceLogSumExp", "ReduceSumSquare",
]


def cases(rng, count):
    for number in range(count):
        operator = pick(rng, OPERATORS + ["ReduceMax", "ReduceMin"])
        rank = int(rng.integers(0, 5))
        shape = extents(rng, rank, 1, 4)
        element = pick(rng, [np.float32, np.float32, np.float32, np.float64, np.int32])
        if operator.startswith("ReduceLog"):  # What a rounded logarithm is cut to, depends on the last bit.
            element = np.float32
        if operator in ("ReduceMax", "ReduceMin"):
            element = pick(rng, [np.float32, np.int8, np.uint8, np.int64, np.int32, np.bool_])
        data = (floats(rng, shape) if element in (np.float32, np.float64) else rng.integers(-4, 5, shape))
        data = np.asarray(np.abs(data) + 0.1 if operator == "ReduceLogSum" else data).astype(element)
        attributes = {"keepdims": int(rng.integers(0, 2))}
        axes = [int(axis - rank if chance(rng, 0.3) else axis)
                for axis in rng.permutation(rank)[:int(rng.integers(0, rank + 1))]]
        inputs, opset = [data], 20
        if chance(rng, 0.3) and operator != "ReduceSum" and element != np.bool_:
            opset = 13
            if axes:
                attributes["axes"] = axes
        else:
            attributes["noop_with_empty_axes"] = int(rng.integers(0, 2))
            if axes or chance(rng):
                inputs.append(np.array(axes, np.int64))
        constants = (1,) if len(inputs) > 1 and chance(rng, 0.8) else ()
        model, fed = node_model(operator, inputs, attributes, constants=constants, opset=opset)
        yield f"{operator} {number} {shape} {data.dtype} {axes} {attributes}", model, fed, {"rtol": 1e-4, "atol": 1e-5}
