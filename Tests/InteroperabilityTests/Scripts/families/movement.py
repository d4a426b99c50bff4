"""What moves elements about: transposition, joining, splitting, repeating, cumulative sums, selections."""
import numpy as np

from node_model import chance, extents, node_model, pick


def cases(rng, count):
    makers = [
        transpose, concat, split, tile, expand, cumsum, trilu, reverse, one_hot, unique, nonzero, compress, space,
        reshape, squeeze, unsqueeze, flatten,
    ]
    for number in range(count):
        operator, inputs, attributes, outputs, constants = pick(rng, makers)(rng)
        model, fed = node_model(operator, inputs, attributes, outputs, constants)
        shapes = [None if x is None else x.shape for x in inputs]
        yield f"{operator} {number} {shapes} {attributes}", model, fed, {"rtol": 0, "atol": 0}


def data(rng, shape=None, elements=(np.float32, np.int32, np.int64, np.uint8, np.float64)):
    shape = extents(rng, int(rng.integers(1, 5)), 1, 4) if shape is None else shape
    return rng.integers(0, 6, shape).astype(pick(rng, elements))


def axis_of(rng, x):
    axis = int(rng.integers(0, x.ndim))
    return axis, axis - x.ndim if chance(rng) else axis


def transpose(rng):
    x = data(rng)
    return "Transpose", [x], {"perm": rng.permutation(x.ndim).tolist()} if chance(rng, 0.8) else {}, 1, ()


def concat(rng):
    x = data(rng)
    axis, named = axis_of(rng, x)
    others = [
        data(rng, tuple(int(rng.integers(0, 4)) if a == axis else e for a, e in enumerate(x.shape))).astype(x.dtype)
        for _ in range(int(rng.integers(0, 3)))
    ]
    return "Concat", [x] + others, {"axis": named}, 1, ()


def split(rng):
    x = data(rng)
    axis, named = axis_of(rng, x)
    if chance(rng):
        cuts = np.sort(rng.integers(0, x.shape[axis] + 1, int(rng.integers(0, 3))))
        sizes = np.diff(np.concatenate([[0], cuts, [x.shape[axis]]])).astype(np.int64)
        return "Split", [x, sizes], {"axis": named}, len(sizes), (1,)
    parts = int(rng.integers(1, x.shape[axis] + 1))
    # The last part is smaller, never empty.
    while parts > 1 and -(-x.shape[axis] // parts) * (parts - 1) >= x.shape[axis]:
        parts -= 1
    return "Split", [x], {"axis": named, "num_outputs": parts}, parts, ()


def tile(rng):
    x = data(rng)
    return "Tile", [x, rng.integers(1, 4, x.ndim)], {}, 1, (1,) if chance(rng, 0.8) else ()


def expand(rng):
    x = data(rng)
    x = x[tuple(slice(0, 1) if chance(rng) else slice(None) for _ in x.shape)]
    target = [int(rng.integers(1, 4)) if e == 1 else pick(rng, [1, e]) for e in x.shape]
    target = [2] * int(rng.integers(0, 2)) + target if chance(rng) else target[int(rng.integers(0, len(target))):]
    return "Expand", [x, np.array(target, np.int64)], {}, 1, (1,) if chance(rng, 0.8) else ()


def cumsum(rng):
    x = data(rng, elements=(np.float32, np.int32, np.int64, np.float64))
    attributes = {"exclusive": int(rng.integers(0, 2)), "reverse": int(rng.integers(0, 2))}
    return "CumSum", [x, np.array(axis_of(rng, x)[1], pick(rng, [np.int32, np.int64]))], attributes, 1, ()


def trilu(rng):
    x = data(rng, extents(rng, int(rng.integers(2, 4)), 1, 5), (np.float32, np.int64, np.float64))
    inputs = [x] + ([np.array(rng.integers(-6, 7), np.int64)] if chance(rng) else [])
    return "Trilu", inputs, {"upper": int(rng.integers(0, 2))}, 1, ()


def reverse(rng):
    x = data(rng, extents(rng, int(rng.integers(2, 4)), 1, 5), (np.float32, np.int64, np.uint8))
    batch = int(rng.integers(0, 2))
    return ("ReverseSequence", [x, rng.integers(1, x.shape[1 - batch] + 1, x.shape[batch])],
            {"batch_axis": batch, "time_axis": 1 - batch}, 1, ())


def one_hot(rng):
    indices = rng.integers(-5, 5, extents(rng, int(rng.integers(1, 4)), 1, 4))
    axis = int(rng.integers(-indices.ndim - 1, indices.ndim + 1))
    return ("OneHot", [indices.astype(np.int64), np.array(5, np.int64), np.array([2, 9], np.float32)],
            {"axis": axis}, 1, (1,) if chance(rng, 0.8) else ())


def unique(rng):
    x = data(rng, elements=(np.float32, np.int64, np.int8))
    attributes = {"sorted": int(rng.integers(0, 2))}
    if chance(rng):
        attributes["axis"] = axis_of(rng, x)[1]
    return "Unique", [x], attributes, 4, ()


def nonzero(rng):
    x = data(rng, elements=(np.float32, np.int32, np.int64, np.uint8))
    return "NonZero", [(x * (rng.random(x.shape) < 0.5)).astype(x.dtype)], {}, 1, ()


def compress(rng):
    x = data(rng, elements=(np.float32, np.int64))
    attributes = {"axis": axis_of(rng, x)[1]} if chance(rng) else {}
    reach = x.shape[attributes["axis"]] if attributes else x.size
    return "Compress", [x, rng.random(int(rng.integers(1, reach + 1))) < 0.5], attributes, 1, ()


def space(rng):
    block = int(rng.integers(1, 4))
    n, c, h, w = extents(rng, 4, 1, 3)
    if chance(rng):
        x = data(rng, (n, c * block * block, h, w), (np.float32,))
        return "DepthToSpace", [x], {"blocksize": block, "mode": pick(rng, ["DCR", "CRD"])}, 1, ()
    return "SpaceToDepth", [data(rng, (n, c, h * block, w * block), (np.float32,))], {"blocksize": block}, 1, ()


def reshape(rng):
    x = data(rng)
    target = list(x.shape)
    for _ in range(int(rng.integers(0, 3))):
        a = int(rng.integers(0, len(target)))
        target[a:a + 1] = [target[a], 1]
    if chance(rng):
        target[int(rng.integers(0, len(target)))] = -1
    target = [0 if e > 0 and a < x.ndim and e == x.shape[a] and chance(rng, 0.4) else e for a, e in enumerate(target)]
    return "Reshape", [x, np.array(target, np.int64)], {}, 1, (1,) if chance(rng, 0.8) else ()


def squeeze(rng):
    x = data(rng)
    x = x[tuple(slice(0, 1) if chance(rng) else slice(None) for _ in x.shape)]
    ones = [a for a, e in enumerate(x.shape) if e == 1]
    axes = [a - x.ndim if chance(rng) else a for a in ones if chance(rng)]
    inputs = [x] + ([np.array(axes, np.int64)] if axes else [])
    return "Squeeze", inputs, {}, 1, (1,) if axes and chance(rng, 0.8) else ()


def unsqueeze(rng):
    x = data(rng)
    rank = x.ndim + int(rng.integers(1, 3))
    axes = [int(a - rank if chance(rng) else a) for a in rng.permutation(rank)[:rank - x.ndim]]
    return "Unsqueeze", [x, np.array(axes, np.int64)], {}, 1, (1,) if chance(rng, 0.8) else ()


def flatten(rng):
    x = data(rng)
    return "Flatten", [x], {"axis": int(rng.integers(-x.ndim, x.ndim + 1))} if chance(rng) else {}, 1, ()
