"""ConvTranspose: groups, strides, dilations, output_padding, output_shape, every way of padding."""
from node_model import chance, extents, floats, node_model, pick


def cases(rng, count):
    for number in range(count):
        axes = pick(rng, [1, 2, 2, 2, 3])
        group = pick(rng, [1, 1, 2, 3])
        per_group, filters = int(rng.integers(1, 4)), int(rng.integers(1, 4))
        kernel = extents(rng, axes, 1, 3 if axes < 3 else 2)
        strides, dilations = extents(rng, axes, 1, 3), extents(rng, axes, 1, 2)
        spatial = extents(rng, axes, 1, 4)
        attributes = {"group": group, "strides": strides, "dilations": dilations}
        if chance(rng):
            attributes["kernel_shape"] = kernel
        if chance(rng, 0.3):
            attributes["output_padding"] = tuple(int(rng.integers(0, max(s, d))) for s, d in zip(strides, dilations))
        padding = pick(rng, ["pads", "pads", "VALID", "SAME_UPPER", "SAME_LOWER", "output_shape"])
        if padding == "pads":
            attributes["pads"] = extents(rng, 2 * axes, 0, 1)
        elif padding == "output_shape":
            attributes["output_shape"] = tuple(
                int((i - 1) * s + (k - 1) * d + 1 - rng.integers(0, 2))
                for i, s, k, d in zip(spatial, strides, kernel, dilations))
            attributes["auto_pad"] = pick(rng, ["NOTSET", "SAME_UPPER", "SAME_LOWER"])
        else:
            attributes["auto_pad"] = padding
            if padding.startswith("SAME"):
                # "output_shape[i] = input_shape[i] * strides[i]": where the window is narrower than the stride this asks
                # for zeros at the end, and ONNX Runtime leaves them out.
                attributes["strides"] = tuple(min(s, (k - 1) * d + 1) for s, k, d in zip(strides, kernel, dilations))
        x = floats(rng, (int(rng.integers(1, 3)), group * per_group, *spatial))
        w = floats(rng, (group * per_group, filters, *kernel))
        inputs = [x, w] + ([floats(rng, group * filters)] if chance(rng) else [])
        constants = tuple(range(1, len(inputs))) if chance(rng) else ()
        model, fed = node_model("ConvTranspose", inputs, attributes, constants=constants)
        yield f"ConvTranspose {number} {x.shape} {w.shape} {attributes}", model, fed, {"rtol": 1e-4, "atol": 1e-5}
