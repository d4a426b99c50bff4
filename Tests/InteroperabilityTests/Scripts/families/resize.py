"""Resize: every mode, coordinate transformation and rounding, antialiasing, axes, aspect ratios."""
import numpy as np

from node_model import chance, extents, floats, node_model, pick

TRANSFORMATIONS = [
    "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_crop_and_resize",
]
FACTORS = [0.5, 0.6, 0.75, 1.0, 1.3, 1.5, 2.0, 2.7, 3.0]
# Here "length_resized" is the product of length and scale in onnx's tests; ONNX Runtime takes the integer below it.
OF_WHOLE_LENGTH = ["align_corners", "tf_crop_and_resize"]
WHOLE_FACTORS = [2.0, 3.0, 4.0]
# What is nearest must not depend on how a quotient is rounded.
EXACT_FACTORS = [0.5, 2.0, 4.0]


def cases(rng, count):
    for number in range(count):
        mode = pick(rng, ["nearest", "linear", "cubic"])
        transformation = pick(rng, TRANSFORMATIONS)
        shape = (int(rng.integers(1, 3)), int(rng.integers(1, 3)), *extents(rng, 2, 1, 7))
        attributes = {"mode": mode, "coordinate_transformation_mode": transformation}
        if mode == "nearest":
            # The middle of a symmetric axis may lie on a whole number, where floor and ceil depend on the last bit.
            modes = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]
            attributes["nearest_mode"] = pick(rng, modes[:2] if transformation == "half_pixel_symmetric" else modes)
        if mode == "cubic":
            attributes["cubic_coeff_a"] = pick(rng, [-0.75, -0.5])
            attributes["exclude_outside"] = int(rng.integers(0, 2))
        elif chance(rng, 0.3) and mode == "linear":
            attributes["antialias"] = 1
        axes = (2, 3)
        if chance(rng, 0.4):
            axes = attributes["axes"] = pick(rng, [(2, 3), (3, 2), (-2, -1), (3,)])
        everything = "axes" not in attributes
        lengths = np.array([shape[axis] for axis in axes])
        roi = None
        if transformation == "tf_crop_and_resize":
            start, end = rng.uniform(-0.1, 0.4, len(axes)), rng.uniform(0.6, 1.2, len(axes))
            roi = padded(np.stack([start, end]), everything, [[0, 0], [1, 1]]).astype(np.float32).reshape(-1)
            attributes["extrapolation_value"] = 7.5
        inputs = [floats(rng, shape), roi]
        factors = rng.choice(factors_for(mode, transformation), len(axes)).astype(np.float32)
        # Where no length changes ONNX Runtime copies, whatever the scales.
        factors = np.where(np.floor(lengths * factors) == lengths, np.float32(1), factors)
        if chance(rng) and np.all(np.floor(lengths * factors) >= 1):
            inputs.append(padded(factors[None], everything, [[1, 1]])[0].astype(np.float32))
        else:
            sizes = lengths * 2 if mode == "nearest" else rng.integers(1, 2 * lengths + 2)
            if transformation == "tf_crop_and_resize":  # ONNX Runtime forgets the region where the length stays.
                sizes += sizes == lengths
            elif chance(rng, 0.3) and not everything and transformation != "align_corners" and axes[0] >= 0:
                # ONNX Runtime leaves axes that count from the end as they are.
                attributes["keep_aspect_ratio_policy"] = pick(rng, ["not_larger", "not_smaller"])
            inputs += [None, padded(sizes[None], everything, [shape[:2]])[0].astype(np.int64)]
        model, fed = node_model("Resize", inputs, attributes, constants=tuple(range(1, len(inputs))))
        wanted = [None if value is None else value.tolist() for value in inputs[1:]]
        yield f"Resize {number} {shape} {wanted} {attributes}", model, fed, {"rtol": 1e-4, "atol": 1e-4}


def factors_for(mode, transformation):
    if transformation in OF_WHOLE_LENGTH:
        return WHOLE_FACTORS
    return EXACT_FACTORS if mode == "nearest" else FACTORS


def padded(values, everything, before):
    """Numbers for all four axes where the node names no axes."""
    return np.concatenate([np.asarray(before), values], axis=1) if everything else values
