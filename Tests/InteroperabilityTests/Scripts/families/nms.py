"""NonMaxSuppression: classes, limits, thresholds, both ways of giving boxes, equal scores and equal boxes."""
import numpy as np

from node_model import chance, extents, node_model, pick


def cases(rng, count):
    for number in range(count):
        images, classes = extents(rng, 2, 1, 3)
        boxes_count = int(rng.integers(1, 12))
        centered = int(rng.integers(0, 2))
        if centered:
            boxes = np.concatenate([
                rng.uniform(0, 4, (images, boxes_count, 2)), rng.uniform(0.1, 3, (images, boxes_count, 2))], -1)
        else:
            boxes = rng.uniform(0, 4, (images, boxes_count, 4))
        if chance(rng, 0.4):
            # Coarse coordinates: boxes that are equal, touch or have no area.
            boxes = np.round(boxes)
        scores = rng.uniform(0, 1, (images, classes, boxes_count)).astype(np.float32)
        if chance(rng, 0.4):
            scores = np.round(scores * 4) / 4
        inputs = [boxes.astype(np.float32), scores, np.array([rng.integers(0, 8)], np.int64)]
        if chance(rng, 0.8):
            inputs.append(np.array([pick(rng, [0.0, 0.25, 0.5, 0.7, 1.0])], np.float32))
            if chance(rng):
                inputs.append(np.array([pick(rng, [0.0, 0.25, 0.5])], np.float32))
        opset = pick(rng, [10, 11, 22])
        model, fed = node_model(
            "NonMaxSuppression", inputs, {"center_point_box": centered}, constants=range(2, len(inputs)), opset=opset)
        yield f"{number} {images}x{classes}x{boxes_count} {opset}", model, fed, {"rtol": 0, "atol": 0}
