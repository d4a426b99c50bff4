"""Random images, and what Pillow's Image.resize makes of them.

    python pillow_resize.py SEED COUNT TARGET.npz

For each case i the archive has `i.input` and `i.output`, uint8 [height, width, channels], and `i.filter`, a number: the
filters are box, bilinear, hamming, bicubic, lanczos.
"""
import sys

import numpy as np
from PIL import Image

FILTERS = [
    Image.Resampling.BOX, Image.Resampling.BILINEAR, Image.Resampling.HAMMING, Image.Resampling.BICUBIC,
    Image.Resampling.LANCZOS,
]


def side(rng):
    """Mostly small, sometimes up to 250."""
    return int(np.exp(rng.uniform(0, np.log(60)))) if rng.random() < 0.9 else int(rng.integers(60, 251))


def pixels(rng, height, width, channels):
    """Noise, extremes, or a slope."""
    kind = rng.integers(0, 3)
    if kind == 0:
        return rng.integers(0, 256, (height, width, channels)).astype(np.uint8)
    if kind == 1:
        return (rng.integers(0, 2, (height, width, channels)) * 255).astype(np.uint8)
    y, x, c = np.mgrid[0:height, 0:width, 0:channels]
    return ((x * rng.integers(1, 9) + y * rng.integers(1, 9) + c * 50) % 256).astype(np.uint8)


def main():
    seed, count, target = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    rng = np.random.default_rng(seed)
    arrays = {}
    for index in range(count):
        channels = int(rng.choice([1, 3]))
        # Pillow treats strips more than a hundred times as high as wide in a way of their own.
        height, width = (int(rng.integers(201, 400)), int(rng.integers(1, 4))) if index % 50 == 0 else (side(rng), side(rng))
        image = pixels(rng, height, width, channels)
        size = (side(rng), side(rng))
        number = index % len(FILTERS)
        source = Image.fromarray(image[:, :, 0] if channels == 1 else image)
        result = np.asarray(source.resize(size, FILTERS[number]))
        arrays[f"{index}.input"] = image
        arrays[f"{index}.output"] = result.reshape(size[1], size[0], channels)
        arrays[f"{index}.filter"] = np.array([number], np.uint8)
    np.savez(target, **arrays)


main()
