"""Gather, GatherElements and GatherND: negative indices, scalar indices, batch dimensions."""
import numpy as np

from node_model import chance, extents, node_model, pick


def cases(rng, count):
    for number in range(count):
        operator = pick(rng, ["Gather", "GatherElements", "GatherND"])
        rank = int(rng.integers(1, 5))
        shape = extents(rng, rank, 1, 5)
        data = rng.integers(0, 200, shape).astype(pick(rng, [np.float32, np.int32, np.uint8, np.float64, np.bool_]))
        attributes = {}
        axis = int(rng.integers(0, rank))
        if operator == "Gather":
            indices = drawn(rng, shape[axis], extents(rng, int(rng.integers(0, 3)), 1, 4))
        elif operator == "GatherElements":
            reached = tuple(int(rng.integers(1, e + 1)) for e in shape)
            reached = tuple(int(rng.integers(1, 6)) if a == axis else e for a, e in enumerate(reached))
            indices = drawn(rng, shape[axis], reached)
        else:
            batch = int(rng.integers(0, rank))
            depth = int(rng.integers(1, rank - batch + 1))
            outer = shape[:batch] + extents(rng, int(rng.integers(0, 3)), 1, 4)
            indices = np.stack([drawn(rng, shape[batch + d], outer) for d in range(depth)], axis=-1)
            attributes["batch_dims"] = batch
        if operator != "GatherND":
            attributes["axis"] = axis - rank if chance(rng, 0.4) else axis
        index = np.int64 if operator == "GatherND" else pick(rng, [np.int32, np.int64])
        model, fed = node_model(operator, [data, indices.astype(index)], attributes)
        yield f"{operator} {number} {shape} {indices.shape} {attributes}", model, fed, {"rtol": 0, "atol": 0}


def drawn(rng, extent, shape):
    """Indices below an extent, some counted from the end."""
    return np.asarray(rng.integers(-extent, extent, shape))
