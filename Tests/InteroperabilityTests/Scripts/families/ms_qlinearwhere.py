"""QLinearWhere of com.microsoft: three shapes that broadcast, both code types."""
from contrib_model import ONE_CODE, broadcast_shapes, code_type, codes, contrib_model, scale, zero_point


def cases(rng, count):
    for number in range(count):
        dtype = code_type(rng)
        x, y = broadcast_shapes(rng, int(rng.integers(1, 5)))
        condition = x if rng.random() < 0.5 else y
        inputs = [rng.random(condition) < 0.5]
        for shape in (x, y):
            inputs += [codes(rng, dtype, shape), scale(rng), zero_point(rng, dtype)]
        inputs += [scale(rng), zero_point(rng, dtype)]
        # ONNX Runtime takes constant scales only.
        model, fed = contrib_model("QLinearWhere", inputs, constants=(2, 3, 5, 6, 7, 8))
        yield f"QLinearWhere {number} {dtype.__name__} {condition} {x} {y}", model, fed, ONE_CODE
