"""Slice: negative steps, bounds far outside, axes in any order and left out."""
import numpy as np

from node_model import chance, extents, node_model, pick


def cases(rng, count):
    for number in range(count):
        rank = int(rng.integers(1, 5))
        shape = extents(rng, rank, 1, 6)
        data = rng.integers(-100, 100, shape).astype(pick(rng, [np.float32, np.int32, np.int64, np.uint8, np.float64]))
        sliced = int(rng.integers(1, rank + 1))
        axes = rng.permutation(rank)[:sliced]
        index = pick(rng, [np.int32, np.int64])
        limit = np.iinfo(index)
        bounds = [bound(rng, shape[axis], limit) for axis in axes]
        starts, ends = np.array([b[0] for b in bounds], index), np.array([b[1] for b in bounds], index)
        inputs = [data, starts, ends]
        if chance(rng, 0.8):
            inputs.append(np.array([axis - rank if chance(rng, 0.3) else axis for axis in axes], index))
            if chance(rng, 0.8):
                inputs.append(np.array([b[2] for b in bounds], index))
        else:
            inputs[1:] = [value[np.argsort(axes)] for value in inputs[1:]]
        constants = tuple(range(1, len(inputs))) if chance(rng, 0.7) else ()
        model, fed = node_model("Slice", inputs, constants=constants)
        yield f"Slice {number} {shape} {[v.tolist() for v in inputs[1:]]}", model, fed, {"rtol": 0, "atol": 0}


def bound(rng, extent, limit):
    step = pick(rng, [1, 1, 2, 3, -1, -1, -2, -3, limit.max, limit.min + 1])
    # At INT_MAX as the end of a slice that walks backwards ONNX Runtime runs through the first element; the
    # specification clamps it to the last one ("[-1, dims[axes[i]]-1]").
    top = limit.max if step > 0 else extent
    start = pick(rng, [0, extent, limit.max, limit.min] + 4 * [int(rng.integers(-2 * extent, 2 * extent + 1))])
    end = pick(rng, [0, extent, top, limit.min] + 4 * [int(rng.integers(-2 * extent, 2 * extent + 1))])
    return start, end, step
