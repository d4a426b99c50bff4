"""Random JPEG and PNG files, and what Pillow with the usual preprocessing makes of them.

    python pillow_recipes.py SEED COUNT FOLDER

Writes FOLDER/i.jpg or FOLDER/i.png and FOLDER/expected.npz with, for each i, `i.decoded`, the file's pixels, and `i.imagenet`,
`i.inception` and `i.yolo`: uint8 [height, width, 3] for a model of the height and width that `i.target` has. The geometry is
written down here again, after torchvision's Resize and CenterCrop, TensorFlow's central_crop, and Ultralytics' LetterBox.
"""
import sys
from pathlib import Path

import numpy as np
from PIL import Image

BILINEAR = Image.Resampling.BILINEAR


def random_image(rng):
    width, height = (int(n) for n in rng.integers(8, 300, 2))
    small = Image.fromarray(rng.integers(0, 256, (5, 7, 3)).astype(np.uint8))
    noise = Image.fromarray(rng.integers(0, 256, (height, width, 3)).astype(np.uint8))
    return Image.blend(small.resize((width, height), Image.Resampling.BICUBIC), noise, 0.1)


def save(rng, image, stem):
    if rng.random() < 0.25:
        path = stem.with_suffix(".png")
        (image if rng.random() < 0.5 else image.quantize(int(rng.integers(2, 257)))).save(path)
        return path
    path = stem.with_suffix(".jpg")
    mode = rng.choice(["RGB", "RGB", "RGB", "L", "CMYK"])
    image.convert(mode).save(
        path, quality=int(rng.integers(20, 101)), subsampling=int(rng.integers(0, 3)), progressive=bool(rng.integers(0, 2)),
        optimize=bool(rng.integers(0, 2)))
    return path


def imagenet(image, height, width):
    """Resize to 256/224 of the model's side, then the centre. For square models this is Resize(256), CenterCrop(224)."""
    high, wide = 256 * height // 224, 256 * width // 224
    if high * image.width >= wide * image.height:
        size = (int(high * image.width / image.height), high)
    else:
        size = (wide, int(wide * image.height / image.width))
    image = image.resize(size, BILINEAR)
    top, left = int(round((image.height - height) / 2.0)), int(round((image.width - width) / 2.0))
    return image.crop((left, top, left + width, top + height))


def inception(image, height, width):
    top, left = int((image.height - image.height * 0.875) / 2), int((image.width - image.width * 0.875) / 2)
    image = image.crop((left, top, image.width - left, image.height - top))
    return image.resize((width, height), BILINEAR)


def yolo(image, height, width):
    ratio = min(height / image.height, width / image.width)
    wide, high = max(round(image.width * ratio), 1), max(round(image.height * ratio), 1)
    left, top = round((width - wide) / 2 - 0.1), round((height - high) / 2 - 0.1)
    box = Image.new("RGB", (width, height), (114, 114, 114))
    box.paste(image.resize((wide, high), BILINEAR), (left, top))
    return box


def main():
    seed, count, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    rng = np.random.default_rng(seed)
    expected = {}
    for index in range(count):
        path = save(rng, random_image(rng), folder / str(index))
        image = Image.open(path).convert("RGB")
        height, width = (int(n) for n in rng.integers(16, 120, 2))
        if rng.random() < 0.5:
            width = height
        expected[f"{index}.target"] = np.array([height, width], np.int64)
        expected[f"{index}.decoded"] = np.asarray(image)
        for recipe in (imagenet, inception, yolo):
            expected[f"{index}.{recipe.__name__}"] = np.asarray(recipe(image, height, width))
    np.savez(folder / "expected.npz", **expected)


main()
