"""ArgMax and ArgMin with ties, and TopK: largest, sorted, axis."""
import numpy as np

from node_model import chance, extents, node_model, pick


def cases(rng, count):
    for number in range(count):
        operator = pick(rng, ["ArgMax", "ArgMin", "TopK"])
        rank = int(rng.integers(1, 5))
        shape = extents(rng, rank, 1, 6)
        element = pick(rng, [np.float32, np.float32, np.int32, np.int64, np.float64])
        # Few different values, so that ties are frequent.
        data = rng.integers(-3, 4, shape).astype(element)
        if element == np.float32 and chance(rng, 0.2):
            data = np.where(rng.random(shape) < 0.2, np.float32(np.inf), data)
        axis = int(rng.integers(0, rank))
        attributes = {"axis": axis - rank if chance(rng, 0.3) else axis}
        inputs, outputs, constants = [data], 1, ()
        if operator == "TopK":
            attributes["largest"] = int(rng.integers(0, 2))
            inputs.append(np.array([rng.integers(0, shape[axis] + 1)], np.int64))
            outputs, constants = 2, (1,) if chance(rng, 0.8) else ()
        else:
            attributes["keepdims"] = int(rng.integers(0, 2))
            attributes["select_last_index"] = int(rng.integers(0, 2))
        model, fed = node_model(operator, inputs, attributes, outputs, constants)
        yield f"{operator} {number} {shape} {data.dtype} {attributes}", model, fed, {"rtol": 0, "atol": 0}
