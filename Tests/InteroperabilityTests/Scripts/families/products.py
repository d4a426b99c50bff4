"""MatMul of every rank and Gemm with transpositions, alpha, beta and every shape of C."""
import numpy as np

from node_model import chance, extents, floats, node_model, pick


def cases(rng, count):
    for number in range(count):
        m, k, n = extents(rng, 3, 1, 6)
        if chance(rng):
            inputs, attributes, operator = gemm(rng, m, k, n), {}, "Gemm"
            for position, name in ((0, "transA"), (1, "transB")):
                if chance(rng):
                    attributes[name] = 1
                    inputs[position] = np.ascontiguousarray(inputs[position].T)
            if chance(rng):
                attributes |= {"alpha": 0.5, "beta": pick(rng, [0.0, 2.0, -1.5])}
        else:
            inputs, attributes, operator = matmul(rng, m, k, n), {}, "MatMul"
        element = pick(rng, [np.float32, np.float32, np.float64, np.int32, np.int64])
        if element in (np.int32, np.int64) and operator == "MatMul":
            inputs = [np.rint(x * 9).astype(element) for x in inputs]
        elif element == np.float64:
            inputs = [x.astype(element) for x in inputs]
        constants = (1,) if chance(rng) else ()
        model, fed = node_model(operator, inputs, attributes, constants=constants)
        yield f"{operator} {number} {[x.shape for x in inputs]} {inputs[0].dtype} {attributes}", model, fed, {
            "rtol": 1e-4, "atol": 1e-5}


def gemm(rng, m, k, n):
    inputs = [floats(rng, (m, k)), floats(rng, (k, n))]
    if chance(rng, 0.8):
        inputs.append(floats(rng, pick(rng, [(m, n), (1, n), (m, 1), (1, 1), (n,), (1,), ()])))
    return inputs


def matmul(rng, m, k, n):
    batch = extents(rng, int(rng.integers(0, 3)), 1, 3)
    kind = pick(rng, ["both", "both", "vector left", "vector right", "vectors", "matrix right", "broadcast"])
    left, right = (*batch, m, k), (*batch, k, n)
    if kind in ("vector left", "vectors"):
        left = (k,)
    if kind in ("vector right", "vectors"):
        right = (k,)
    if kind == "matrix right":
        right = (k, n)
    if kind == "broadcast":
        left, right = (*(1 if chance(rng) else e for e in batch), m, k), (3, *batch, k, n)
    return [floats(rng, left), floats(rng, right)]
