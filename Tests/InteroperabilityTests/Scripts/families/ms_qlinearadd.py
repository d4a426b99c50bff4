"""QLinearAdd of com.microsoft: shapes that broadcast, both code types.

ONNX Runtime takes no left out zero point but the last, whatever its documentation says.
"""
from contrib_model import ONE_CODE, broadcast_shapes, code_type, codes, constant_or_fed, contrib_model, scale, zero_point
from node_model import chance


def cases(rng, count, operator="QLinearAdd", output_scale=(0.05, 0.2)):
    for number in range(count):
        dtype = code_type(rng)
        a, b = broadcast_shapes(rng, int(rng.integers(1, 5)))
        inputs = []
        for shape in (a, b):
            inputs += [codes(rng, dtype, shape), scale(rng), zero_point(rng, dtype)]
        inputs += [scale(rng, *output_scale)] + ([zero_point(rng, dtype)] if chance(rng, 0.8) else [])
        constants = constant_or_fed(rng, [p for p in (1, 2, 4, 5, 6, 7) if p < len(inputs)])
        model, fed = contrib_model(operator, inputs, constants=constants)
        yield f"{operator} {number} {dtype.__name__} {a} {b}", model, fed, ONE_CODE
