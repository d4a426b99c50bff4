"""MaxPool, AveragePool and LpPool: ceil_mode, dilations, count_include_pad, every way of padding; the global ones."""
import numpy as np

from node_model import chance, extents, floats, node_model, pick


def cases(rng, count):
    for number in range(count):
        operator = pick(rng, ["MaxPool", "MaxPool", "AveragePool", "AveragePool", "LpPool", "Global"])
        axes = pick(rng, [1, 2, 2, 3])
        attributes, outputs, opset = {}, 1, None
        if operator == "Global":
            operator = pick(rng, ["GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool"])
            spatial, opset = extents(rng, axes, 1, 5), 21
        else:
            attributes, spatial = window(rng, operator, axes)
        if operator.endswith("LpPool"):
            attributes["p"] = int(rng.integers(1, 4))
        if operator == "MaxPool" and chance(rng, 0.4):
            outputs = 2
            attributes["storage_order"] = int(rng.integers(0, 2))
        x = floats(rng, (int(rng.integers(1, 3)), int(rng.integers(1, 4)), *spatial))
        if operator == "MaxPool" and chance(rng, 0.2):
            x = (x * 40).clip(-128, 127).astype(np.int8)
        model, fed = node_model(operator, [x], attributes, outputs=outputs, opset=opset)
        yield f"{operator} {number} {x.shape} {attributes}", model, fed, {"rtol": 1e-5, "atol": 1e-6}


def window(rng, operator, axes):
    kernel, strides = extents(rng, axes, 1, 3), extents(rng, axes, 1, 3)
    dilations = extents(rng, axes, 1, 2)
    attributes = {"kernel_shape": kernel, "strides": strides, "ceil_mode": int(rng.integers(0, 2))}
    auto_pad = pick(rng, ["NOTSET", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"])
    if auto_pad == "NOTSET":
        attributes["pads"] = tuple(int(rng.integers(0, k)) for k in kernel + kernel)
        attributes["dilations"] = dilations
    else:
        dilations = (1,) * axes
        attributes["auto_pad"] = auto_pad
        if auto_pad.startswith("SAME"):  # With wider strides the pads would be negative; ONNX Runtime then crops.
            attributes["strides"] = tuple(min(s, k) for s, k in zip(strides, kernel))
    if operator == "AveragePool":
        attributes["count_include_pad"] = int(rng.integers(0, 2))
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
    return attributes, tuple(int(r + rng.integers(0, 6)) for r in reach)
