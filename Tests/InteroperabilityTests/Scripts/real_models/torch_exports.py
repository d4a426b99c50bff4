"""The networks of models/torch, exported from PyTorch by both of its exporters, and the made-up tasks that they have learned.

scripts/export-torch-models.py trains on the same tasks.
"""
import pathlib

import numpy as np
from PIL import Image, ImageDraw

from pictures import CLASSES, figure, picture
from real_model import Arrays, RealModel, generator
from text_boxes import Boxes

FOLDER = pathlib.Path(__file__).resolve().parents[4] / "models/torch"
EXPORTERS = ["torchscript", "dynamo"]
TOKENS, PADDING = 32, 0
GROUPS, TAGS = 4, 4
LONGEST = 24
SHAPES = 2


def sentences(rng: np.random.Generator, rows: int) -> np.ndarray:
    """[rows, S] of tokens 1 …, each row padded behind its end with zeros; one row reaches the end."""
    lengths = rng.integers(LONGEST // 3, LONGEST + 1, rows)
    tokens = rng.integers(1, TOKENS, (rows, lengths.max()))
    return np.where(np.arange(tokens.shape[1]) < lengths[:, None], tokens, PADDING)


def topical(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Sentences in which one group of tokens (their remainder by GROUPS) prevails, and that group."""
    tokens, topics = sentences(rng, rows), rng.integers(0, GROUPS, rows)
    swayed = np.maximum(tokens // GROUPS * GROUPS + topics[:, None], 1)
    chosen = (rng.random(tokens.shape) < 0.45) & (tokens != PADDING)
    tokens = np.where(chosen, swayed, tokens)
    counts = np.stack([((tokens % GROUPS == g) & (tokens != PADDING)).sum(axis=1) for g in range(GROUPS)], axis=1)
    return tokens, counts.argmax(axis=1)


def tagged(rng: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Sentences, and for each token whether the one before and the one behind are odd: 0 … TAGS − 1."""
    tokens = sentences(rng, rows)
    odd = np.pad(tokens % 2, [(0, 0), (1, 1)])
    return tokens, 2 * odd[:, :-2] + odd[:, 2:]


def blobs(rng: np.random.Generator, side: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """[1, side, side]: bright discs on an uneven, noisy ground; and the discs' mask."""
    mask = Image.new("L", (side, side))
    draw = ImageDraw.Draw(mask)
    for _ in range(rng.integers(1, 4)):
        r = int(rng.integers(5, 14))
        x, y = rng.integers(r, side - r, 2).tolist()
        draw.ellipse([x - r, y - r, x + r, y + r], fill=255)
    truth = np.asarray(mask, dtype=np.float32)[None] / 255
    slope = np.linspace(-1, 1, side)[None, None, :] * rng.normal() + np.linspace(-1, 1, side)[None, :, None] * rng.normal()
    image = truth * rng.uniform(1.0, 2.0) + 0.5 * slope + rng.normal(scale=0.25, size=truth.shape)
    return image.astype(np.float32), truth


def scene(rng: np.random.Generator, side: int = 96) -> tuple[np.ndarray, list[tuple[int, int, int, int, int]]]:
    """[3, side, side] with discs (0) and squares (1) that do not touch; and (kind, centre, radius) of each."""
    image = Image.new("RGB", (side, side), tuple(int(v) for v in rng.integers(60, 130, 3)))
    draw = ImageDraw.Draw(image)
    found: list[tuple[int, int, int, int, int]] = []
    for _ in range(12):
        r = int(rng.integers(8, 18))
        x, y = rng.integers(r, side - r, 2).tolist()
        if len(found) < 4 and all(max(abs(x - a), abs(y - b)) > r + s + 3 for _, a, b, s, _ in found):
            kind = int(rng.integers(SHAPES))
            figure(draw, kind, x, y, r, tuple(int(v) for v in rng.integers(150, 256, 3)))
            found.append((kind, x, y, r, len(found)))
    pixels = np.asarray(image, dtype=np.float32) + rng.normal(scale=6, size=(side, side, 3))
    return ((pixels.transpose(2, 0, 1) - 120) / 60).astype(np.float32), found


def encoder_inputs(part: str, count: int) -> list[Arrays]:
    tokens = [topical(generator("encoder", part, index), 1)[0] for index in range(count)]
    return [{"tokens": t, "padding": t == PADDING} for t in map(padded, tokens)]


def padded(tokens: np.ndarray) -> np.ndarray:
    """Filled up to the longest length with padding, so that the masks do something."""
    return np.pad(tokens, [(0, 0), (0, LONGEST - tokens.shape[1])])


def tagger_inputs(part: str, count: int) -> list[Arrays]:
    return [{"tokens": tagged(generator("tagger", part, index), 1)[0]} for index in range(count)]


def detections(outputs: Arrays) -> list[Boxes]:
    """The boxes of the first image; a kind counts 10 pixels, so that boxes of different kinds are never equal."""
    rows = np.concatenate([outputs["classes"][:, None] * 10.0, outputs["boxes"]], axis=1)
    return [Boxes(map(tuple, np.rint(rows).astype(int).tolist()))]


def model(name: str, exporter: str, inputs, decide, decision: str, **more) -> RealModel:
    file = FOLDER / f"{name}.{exporter}.onnx"
    return RealModel(f"torch-{name}-{exporter}", "models/torch", lambda: file, inputs, decide, decision, **more)


def exports(exporter: str) -> list[RealModel]:
    classes = lambda outputs: list(outputs["logits"].argmax(axis=-1))
    return [
        model("encoder", exporter, encoder_inputs, classes, "class of a sentence"),
        model("tagger", exporter, tagger_inputs, classes, "tags of a sentence"),
        model(
            "unet", exporter, lambda part, count: [{"image": blobs(generator("blobs", part, k))[0][None]} for k in range(count)],
            lambda outputs: list(outputs["mask"] > 0), "pixels of a mask", batch=8),
        model(
            "convnext", exporter,
            lambda part, count: [
                {"image": picture(generator("convnext", part, k), k % CLASSES, 64)[None]} for k in range(count)],
            classes, "class of a picture", batch=8),
        model(
            "detector", exporter, lambda part, count: [{"image": scene(generator("scene", part, k))[0][None]} for k in range(count)],
            detections, "boxes and their classes"),
    ]


def models() -> list[RealModel]:
    return [model for exporter in EXPORTERS for model in exports(exporter)]
