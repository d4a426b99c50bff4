"""QLinearSigmoid of com.microsoft: both code types, zero points given and left out."""
from contrib_model import ONE_CODE, code_type, codes, constant_or_fed, contrib_model, scale, zero_point
from node_model import chance, extents


def cases(rng, count, operator="QLinearSigmoid", attributes=lambda rng: {}, output_scale=(0.003, 0.006)):
    for number in range(count):
        dtype = code_type(rng)
        shape = extents(rng, int(rng.integers(1, 5)))
        inputs = [codes(rng, dtype, shape), scale(rng), zero_point(rng, dtype) if chance(rng, 0.8) else None]
        inputs += [scale(rng, *output_scale), zero_point(rng, dtype) if chance(rng, 0.8) else None]
        given = attributes(rng)
        model, fed = contrib_model(operator, inputs, given, constants=constant_or_fed(rng, (1, 2, 3, 4)))
        yield f"{operator} {number} {dtype.__name__} {shape} {given}", model, fed, ONE_CODE
