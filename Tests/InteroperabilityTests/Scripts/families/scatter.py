"""ScatterElements and ScatterND: negative indices, every reduction with repeated indices."""
import numpy as np

from node_model import chance, extents, node_model, pick


def cases(rng, count):
    for number in range(count):
        operator = pick(rng, ["ScatterElements", "ScatterND"])
        rank = int(rng.integers(1, 5))
        shape = extents(rng, rank, 1, 5)
        element = pick(rng, [np.float32, np.int32, np.int64, np.float64])
        data = rng.integers(-20, 20, shape).astype(element)
        reduction = pick(rng, ["none", "add", "mul", "max", "min"])
        attributes = {"reduction": reduction}
        if operator == "ScatterElements":
            axis = int(rng.integers(0, rank))
            attributes["axis"] = axis - rank if chance(rng, 0.4) else axis
            reached = tuple(int(rng.integers(1, e + 1)) for e in shape)
            indices = rng.integers(0, shape[axis], reached)
            if reduction == "none":  # Without a reduction the order of repeated indices is not defined.
                indices = rng.permuted(np.broadcast_to(
                    np.arange(shape[axis]).reshape([-1 if a == axis else 1 for a in range(rank)]),
                    [shape[axis] if a == axis else e for a, e in enumerate(reached)]), axis=axis)
                indices = np.take(indices, range(reached[axis]), axis=axis)
            indices = np.where(rng.random(reached) < 0.3, indices - shape[axis], indices)
            updates = rng.integers(-9, 9, reached).astype(element)
        else:
            depth = int(rng.integers(1, rank + 1))
            places = int(np.prod(shape[:depth]))
            number_of = int(rng.integers(1, places + 1))
            flat = rng.permutation(places)[:number_of] if reduction == "none" else rng.integers(0, places, number_of)
            indices = np.stack(np.unravel_index(flat, shape[:depth]), axis=-1)
            indices = np.where(rng.random(indices.shape) < 0.3, indices - shape[:depth], indices)
            updates = rng.integers(-9, 9, (number_of, *shape[depth:])).astype(element)
        model, fed = node_model(operator, [data, indices.astype(np.int64), updates], attributes)
        yield f"{operator} {number} {shape} {indices.shape} {attributes}", model, fed, {"rtol": 1e-6, "atol": 0}
