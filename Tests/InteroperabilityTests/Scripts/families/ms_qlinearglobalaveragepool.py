"""QLinearGlobalAveragePool of com.microsoft: one to three spatial axes, channels first and last."""
from contrib_model import ONE_CODE, code_type, codes, constant_or_fed, contrib_model, scale, zero_point
from node_model import chance, extents


def cases(rng, count):
    for number in range(count):
        dtype = code_type(rng)
        batch, channels = extents(rng, 2, 1, 6)
        spatial = extents(rng, int(rng.integers(1, 4)), 1, 8)
        last = chance(rng, 0.4)
        shape = (batch, *spatial, channels) if last else (batch, channels, *spatial)
        inputs = [codes(rng, dtype, shape), scale(rng), zero_point(rng, dtype)]
        inputs += [scale(rng, 0.005, 0.03), zero_point(rng, dtype)]
        model, fed = contrib_model(
            "QLinearGlobalAveragePool", inputs, {"channels_last": int(last)},
            constants=constant_or_fed(rng, (1, 2, 3, 4)))
        yield f"QLinearGlobalAveragePool {number} {dtype.__name__} {shape} last {last}", model, fed, ONE_CODE
