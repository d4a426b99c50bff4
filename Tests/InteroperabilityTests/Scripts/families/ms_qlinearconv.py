"""QLinearConv of com.microsoft: channels first and last, scales of output channels, groups, bias."""
import numpy as np

from contrib_model import ONE_CODE, code_type, codes, constant_or_fed, contrib_model, scale, zero_point
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
        weight_type = np.int8 if dtype == np.int8 or chance(rng) else np.uint8
        # Products of 8 bits by 7 bits do not saturate in any of ONNX Runtime's kernels.
        low, high = (-64, 63) if weight_type == np.int8 else (0, 127)
        per_channel = (filters,) if chance(rng) else ()
        # ONNX Runtime takes one zero point for all output channels.
        w_zero = codes(rng, weight_type, (), (low + high) // 2 - 5, (low + high) // 2 + 5)
        inputs = [
            codes(rng, dtype, (batch, *spatial, channels) if last else (batch, channels, *spatial)), scale(rng),
            zero_point(rng, dtype), codes(rng, weight_type, (filters, channels // group, *kernel), low, high),
            scale(rng, shape=per_channel), np.full(per_channel, w_zero, weight_type), scale(rng, 0.05, 0.3),
            zero_point(rng, dtype), rng.integers(-3000, 3000, filters).astype(np.int32) if chance(rng) else None,
        ]
        model, fed = contrib_model(
            "QLinearConv", inputs, attributes, constants=constant_or_fed(rng, (1, 2, 3, 4, 5, 6, 7, 8)))
        name = f"QLinearConv {number} {dtype.__name__} {weight_type.__name__} {inputs[0].shape} {filters} {attributes} {per_channel}"
        yield name, model, fed, ONE_CODE
