"""RoiAlign: modes, sampling ratios, coordinate modes; regions inside, across and outside of the borders."""
import numpy as np

from node_model import chance, extents, floats, node_model, pick


def cases(rng, count):
    for number in range(count):
        opset = pick(rng, [10, 16])
        images, channels = extents(rng, 2, 1, 3)
        height, width = extents(rng, 2, 2, 12)
        regions = int(rng.integers(0, 5))
        begin = rng.uniform(-3, max(height, width), (regions, 2))
        scale = pick(rng, [1.0, 0.5, 0.25, 0.3])
        size = rng.uniform(0.05, max(height, width), (regions, 2))
        rois = (np.concatenate([begin, begin + size], 1) / scale).astype(np.float32)
        if chance(rng, 0.3):
            rois = np.round(rois)
        attributes = {
            "mode": pick(rng, ["avg", "max"]), "sampling_ratio": int(rng.integers(0, 4)), "spatial_scale": scale,
            "output_height": int(rng.integers(1, 5)), "output_width": int(rng.integers(1, 5)),
        }
        if opset >= 16 and chance(rng, 0.7):
            attributes["coordinate_transformation_mode"] = pick(rng, ["half_pixel", "output_half_pixel"])
        batch = rng.integers(0, images, regions).astype(np.int64)
        model, fed = node_model(
            "RoiAlign", [floats(rng, (images, channels, height, width)), rois, batch], attributes, opset=opset)
        yield f"{number} {height}x{width} {opset} {attributes}", model, fed, {"rtol": 1e-4, "atol": 1e-4}
