"""QLinearConcat of com.microsoft: up to four operands of their own scales, every axis."""
from contrib_model import ONE_CODE, code_type, codes, constant_or_fed, contrib_model, scale, zero_point
from node_model import extents


def cases(rng, count):
    for number in range(count):
        dtype = code_type(rng)
        shape = list(extents(rng, int(rng.integers(1, 5))))
        axis = int(rng.integers(-len(shape), len(shape)))
        inputs = [scale(rng, 0.02, 0.1), zero_point(rng, dtype)]
        for _ in range(int(rng.integers(1, 5))):
            shape[axis] = int(rng.integers(1, 5))
            inputs += [codes(rng, dtype, tuple(shape)), scale(rng), zero_point(rng, dtype)]
        parameters = [p for p in range(len(inputs)) if p < 2 or p % 3 != 2]
        model, fed = contrib_model(
            "QLinearConcat", inputs, {"axis": axis}, constants=constant_or_fed(rng, parameters))
        yield f"QLinearConcat {number} {dtype.__name__} {shape} axis {axis} of {len(inputs) // 3}", model, fed, ONE_CODE
