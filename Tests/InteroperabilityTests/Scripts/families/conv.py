"""Conv: one to three spatial axes, groups, strides, dilations, every way of padding."""
from node_model import chance, extents, floats, node_model, pick


def cases(rng, count):
    for number in range(count):
        axes = pick(rng, [1, 2, 2, 2, 3])
        group = pick(rng, [1, 1, 2, 3])
        per_group, filters = int(rng.integers(1, 4)), int(rng.integers(1, 4))
        kernel = extents(rng, axes, 1, 3 if axes < 3 else 2)
        strides, dilations = extents(rng, axes, 1, 3), extents(rng, axes, 1, 2)
        attributes = {"group": group, "strides": strides, "dilations": dilations}
        if chance(rng):
            attributes["kernel_shape"] = kernel
        auto_pad = pick(rng, ["NOTSET", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"])
        if auto_pad.startswith("SAME"):  # ONNX Runtime refuses dilations here.
            dilations = attributes["dilations"] = (1,) * axes
        if auto_pad == "NOTSET":
            attributes["pads"] = extents(rng, 2 * axes, 0, 2)
        else:
            attributes["auto_pad"] = auto_pad
        reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
        spatial = [int(r + rng.integers(0, 6)) for r in reach]
        x = floats(rng, (int(rng.integers(1, 3)), group * per_group, *spatial))
        w = floats(rng, (group * filters, per_group, *kernel))
        inputs = [x, w] + ([floats(rng, group * filters)] if chance(rng) else [])
        constants = tuple(range(1, len(inputs))) if chance(rng) else ()
        model, fed = node_model("Conv", inputs, attributes, constants=constants)
        yield f"conv {number} {attributes}", model, fed, {"rtol": 1e-4, "atol": 1e-5}
