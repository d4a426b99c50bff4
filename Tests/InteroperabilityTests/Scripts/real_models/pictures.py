"""Pictures of ten classes: a figure or a pattern of a colour of its own, at any place and size, on a cluttered ground.

The ground is tinted with the colour: networks whose filters are random, but for the last layer, can tell the classes apart.
"""
import colorsys

import numpy as np
from PIL import Image, ImageDraw

from text_images import aged

CLASSES = 10


def figure(draw: ImageDraw.ImageDraw, kind: int, x: int, y: int, r: int, ink: tuple) -> None:
    if kind == 0:
        draw.ellipse([x - r, y - r, x + r, y + r], fill=ink)
    elif kind == 1:
        draw.rectangle([x - r, y - r, x + r, y + r], fill=ink)
    elif kind == 2:
        draw.polygon([(x, y - r), (x + r, y + r), (x - r, y + r)], fill=ink)
    elif kind == 3:
        draw.ellipse([x - r, y - r, x + r, y + r], outline=ink, width=max(3, r // 4))
    elif kind == 4:
        draw.line([x - r, y, x + r, y], fill=ink, width=max(3, r // 3))
        draw.line([x, y - r, x, y + r], fill=ink, width=max(3, r // 3))
    elif kind == 5:
        for k in range(-r, r, 12):
            draw.line([x - r, y + k, x + r, y + k], fill=ink, width=6)
    elif kind == 6:
        for k in range(-r, r, 12):
            draw.line([x + k, y - r, x + k, y + r], fill=ink, width=6)
    elif kind == 7:
        for i in range(-r, r, 16):
            for j in range(-r, r, 16):
                if (i + j) // 16 % 2:
                    draw.rectangle([x + i, y + j, x + i + 15, y + j + 15], fill=ink)
    elif kind == 8:
        for i in range(-r, r, 20):
            for j in range(-r, r, 20):
                draw.ellipse([x + i, y + j, x + i + 11, y + j + 11], fill=ink)
    else:
        draw.rectangle([x - r, y - r, x + r, y + r], outline=ink, width=max(3, r // 4))


def picture(rng: np.random.Generator, kind: int, side: int) -> np.ndarray:
    """[3, side, side], centred, of deviation about 1."""
    hue = (kind + rng.uniform(-0.12, 0.12)) / CLASSES
    tint = 120 * (np.array(colorsys.hsv_to_rgb(hue % 1, 1, 1)) - 0.5)
    ground = tuple(int(v) for v in tint + rng.integers(-10, 10, 3) + rng.integers(90, 150))
    image = Image.new("RGB", (side, side), ground)
    draw = ImageDraw.Draw(image)
    for _ in range(rng.integers(0, 5)):
        a, b = rng.integers(0, side, 2), rng.integers(0, side, 2)
        draw.line([*a.tolist(), *b.tolist()], fill=tuple(int(v) for v in rng.integers(60, 180, 3)), width=2)
    ink = tuple(int(255 * v) for v in colorsys.hsv_to_rgb(hue % 1, rng.uniform(0.8, 1), rng.uniform(0.8, 1)))
    radius = int(rng.integers(side // 4, side * 2 // 5))
    x, y = rng.integers(radius, side - radius, 2).tolist()
    figure(draw, kind, x, y, radius, ink)
    pixels = np.asarray(aged(image, rng), dtype=np.float32)
    return np.ascontiguousarray((pixels.transpose(2, 0, 1) - np.float32(120)) / np.float32(60))
