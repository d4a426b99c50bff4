"""GridSample in two and three dimensions: modes, paddings, aligned corners, coordinates far outside."""
import numpy as np

from node_model import chance, extents, floats, node_model, pick


def cases(rng, count):
    for number in range(count):
        axes = 3 if chance(rng, 0.3) else 2
        opset = pick(rng, [16, 20, 22]) if axes == 2 else pick(rng, [20, 22])
        mode = pick(rng, ["nearest", "linear", "cubic"] if axes == 2 else ["nearest", "linear"])
        if opset == 16:
            mode = {"linear": "bilinear", "cubic": "bicubic"}.get(mode, mode)
        images, channels = extents(rng, 2, 1, 3)
        # Along an axis of one element aligned corners are one point, from which nothing can be mirrored.
        spatial = extents(rng, axes, 2, 6)
        reach = pick(rng, [0.9, 1.5, 6.0])
        grid = rng.uniform(-reach, reach, (images, *extents(rng, axes, 1, 5), axes)).astype(np.float32)
        if chance(rng, 0.2):
            # Elements and the places halfway between them.
            grid = (np.round(grid * 4) / 4).astype(np.float32)
        attributes = {
            "mode": mode, "padding_mode": pick(rng, ["zeros", "border", "reflection"]),
            "align_corners": int(rng.integers(0, 2)),
        }
        model, fed = node_model(
            "GridSample", [floats(rng, (images, channels, *spatial)), grid], attributes, opset=opset)
        yield f"{number} {spatial} {opset} {attributes}", model, fed, {"rtol": 1e-4, "atol": 1e-4}
