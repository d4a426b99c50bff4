"""QLinearAveragePool of com.microsoft: one to three spatial axes, strides, pads, ceil_mode, channels first and last.

Of a window that hangs over the padding ONNX Runtime also counts what AveragePool-19 does not: ceil_mode does not meet
count_include_pad here.
"""
from contrib_model import ONE_CODE, code_type, codes, constant_or_fed, contrib_model, scale, zero_point
from node_model import chance, pick


def cases(rng, count):
    for number in range(count):
        dtype = code_type(rng)
        axes = int(rng.integers(1, 4))
        kernel = [int(k) for k in rng.integers(1, 4, axes)]
        spatial = [int(s) for s in rng.integers(4, 8, axes)]
        attributes = {"kernel_shape": kernel}
        if chance(rng, 0.7):
            attributes["strides"] = [int(s) for s in rng.integers(1, 4, axes)]
        if chance(rng, 0.6):
            attributes["pads"] = [int(rng.integers(0, k)) for k in kernel * 2]
        elif chance(rng, 0.4):
            attributes["auto_pad"] = pick(rng, ["SAME_UPPER", "SAME_LOWER", "VALID"])
        if chance(rng):
            attributes["count_include_pad"] = 1
        elif chance(rng, 0.3):
            attributes["ceil_mode"] = 1
        batch, channels = int(rng.integers(1, 3)), int(rng.integers(1, 5))
        shape = (batch, channels, *spatial)
        if chance(rng, 0.3):
            attributes["channels_last"] = 1
            shape = (batch, *spatial, channels)
        inputs = [codes(rng, dtype, shape), scale(rng), zero_point(rng, dtype)]
        inputs += [scale(rng, 0.01, 0.05), zero_point(rng, dtype) if chance(rng, 0.9) else None]
        model, fed = contrib_model(
            "QLinearAveragePool", inputs, attributes, constants=constant_or_fed(rng, (1, 2, 3, 4)))
        yield f"QLinearAveragePool {number} {dtype.__name__} {shape} {attributes}", model, fed, ONE_CODE
