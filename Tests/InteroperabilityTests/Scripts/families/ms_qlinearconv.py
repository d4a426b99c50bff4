"""QLinearConv of com.microsoft: channels first and last, scales of output channels, groups, bias."""
import numpy as np

from contrib_model import (
    ONE_CODE, code_type, codes, constant_or_fed, contrib_model, scale, weight_codes, weight_type, weight_zero_point,
    zero_point)
from families.ms_fusedconv import window
from node_model import chance, pick


def cases(rng, count):
    for number in range(count):
        axes = int(rng.integers(1, 3))
        kernel, spatial, attributes, _ = window(rng, axes)
        group, batch = int(pick(rng, [1, 1, 2])), int(rng.integers(1, 3))
        channels, filters = group * int(rng.integers(1, 5)), group * int(rng.integers(1, 5))
        last = chance(rng, 0.6)
        attributes |= {"group": group, "channels_last": int(last)}
        dtype = code_type(rng)
        kind = weight_type(rng, dtype)
        per_channel = (filters,) if chance(rng) else ()
        # ONNX Runtime takes one zero point for all output channels.
        w_zero = weight_zero_point(rng, kind)
        inputs = [
            codes(rng, dtype, (batch, *spatial, channels) if last else (batch, channels, *spatial)), scale(rng),
            zero_point(rng, dtype), weight_codes(rng, kind, (filters, channels // group, *kernel)),
            scale(rng, shape=per_channel), np.full(per_channel, w_zero, kind), scale(rng, 0.05, 0.3),
            zero_point(rng, dtype), rng.integers(-3000, 3000, filters).astype(np.int32) if chance(rng) else None,
        ]
        model, fed = contrib_model(
            "QLinearConv", inputs, attributes, constants=constant_or_fed(rng, (1, 2, 3, 4, 5, 6, 7, 8)))
        name = f"QLinearConv {number} {dtype.__name__} {kind.__name__} {inputs[0].shape} {filters} {attributes} {per_channel}"
        yield name, model, fed, ONE_CODE
