"""Rendered text, as a camera or a scanner would have it: seeded lines and pages.

The fonts are the six faces of Debian's fonts-dejavu-core.
"""
import functools
import io
import pathlib

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONTS = pathlib.Path("/usr/share/fonts/truetype/dejavu")
FACES = ["DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSerif", "DejaVuSerif-Bold"]
WORDS = """account address amount april article august balance bank bill board book branch bridge building camera capital
card carrier center change chapter city client close coffee company contract copy country course credit customer data
date december delivery deposit discount district doctor dollar door east email energy engine entry europe evening export
factory family february final first flight floor form france friday garden general germany glass gold green group harbor
health history hotel house import index industry insurance invoice island january journal july june kitchen language
large letter library light limited london machine market material meeting member message milk monday morning mountain
museum music national network night north notice number october office open orange order paper park partner payment
people phone platform please policy power president press price print product project public quality quantity railway
receipt record red region report request river road room sales saturday school science season second section service
shop signal small south spring square standard station stock street student summer sunday supply system table tax
telephone terminal theatre thursday ticket total tower town track traffic train travel tuesday union university value
village visit water wednesday weight west window winter world yellow""".split()


@functools.cache
def font(face: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FONTS / f"{face}.ttf", size)


def token(rng: np.random.Generator) -> str:
    """A word, a number, a price, a date or a code."""
    kind = rng.integers(10)
    word = str(rng.choice(WORDS))
    if kind < 4:
        return word
    if kind < 7:
        return word.capitalize()
    if kind == 7:
        return f"{rng.integers(1, 10000)}"
    if kind == 8:
        return f"{rng.integers(1, 1000)}.{rng.integers(100):02d}"
    return f"{rng.integers(1, 29):02d}/{rng.integers(1, 13):02d}/{rng.integers(1990, 2030)}"


def phrase(rng: np.random.Generator, fewest: int, most: int) -> str:
    return " ".join(token(rng) for _ in range(rng.integers(fewest, most + 1)))


def colours(rng: np.random.Generator) -> tuple[tuple, tuple]:
    """Ink and paper of enough contrast, one time in four light on dark."""
    dark = tuple(int(v) for v in rng.integers(0, 90, 3))
    light = tuple(int(v) for v in rng.integers(170, 256, 3))
    return (light, dark) if rng.random() < 0.25 else (dark, light)


def aged(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Uneven light, a little blur and noise, and now and then the losses of JPEG: a fair scan, not a riddle."""
    if rng.random() < 0.5:
        image = image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0.2, 0.6))))
    pixels = np.asarray(image, dtype=np.float64)
    height, width, _ = pixels.shape
    slope = np.linspace(0, 1, width)[None, :] * rng.uniform(-25, 25) + np.linspace(0, 1, height)[:, None] * rng.uniform(-25, 25)
    pixels = pixels + slope[..., None] + rng.normal(scale=rng.uniform(0, 4), size=pixels.shape)
    image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
    if rng.random() < 0.4:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=int(rng.integers(75, 95)))
        image = Image.open(file).convert("RGB")
    return image


def line(rng: np.random.Generator, fewest: int = 1, most: int = 4) -> tuple[str, Image.Image]:
    """One cropped line of text, a little askew, and what it says."""
    text = phrase(rng, fewest, most)
    ink, paper = colours(rng)
    face = font(str(rng.choice(FACES)), int(rng.integers(28, 48)))
    left, top, right, bottom = face.getbbox(text)
    margin = int(rng.integers(3, 9))
    image = Image.new("RGB", (right - left + 2 * margin, bottom - top + 2 * margin), paper)
    ImageDraw.Draw(image).text((margin - left, margin - top), text, font=face, fill=ink)
    image = image.rotate(float(rng.uniform(-1.5, 1.5)), Image.Resampling.BILINEAR, fillcolor=paper)
    return text, aged(image, rng)


def page(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """A page: lines of several sizes in one or two columns, rules, a coloured box or a picture."""
    ink, paper = colours(rng)
    image = Image.new("RGB", (width, height), paper)
    draw = ImageDraw.Draw(image)
    if rng.random() < 0.5:
        x, y = int(rng.integers(0, width // 2)), int(rng.integers(0, height // 2))
        shade = tuple(int(v * 0.6 + p * 0.4) for v, p in zip(rng.integers(0, 256, 3), paper))
        draw.rectangle([x, y, x + int(rng.integers(60, width // 2)), y + int(rng.integers(40, height // 3))], fill=shade)
    columns = int(rng.integers(1, 3))
    for column in range(columns):
        x = 16 + column * (width // columns)
        y = int(rng.integers(10, 40))
        while y < height - 50:
            size = int(rng.integers(14, 38))
            face = font(str(rng.choice(FACES)), size)
            text = phrase(rng, 1, 4)
            while face.getlength(text) > width // columns - 32 and " " in text:
                text = text.rsplit(" ", 1)[0]
            draw.text((x + int(rng.integers(0, 20)), y), text, font=face, fill=ink)
            y += int(size * rng.uniform(1.5, 3.0))
            if rng.random() < 0.1:
                draw.line([x, y, x + width // columns - 40, y], fill=ink, width=1)
                y += 8
    image = image.rotate(float(rng.uniform(-3, 3)), Image.Resampling.BILINEAR, fillcolor=paper)
    return aged(image, rng)


def normalized(image: Image.Image) -> np.ndarray:
    """[3, H, W] in −1 … 1, the channels in the order blue, green, red that these networks were trained with."""
    pixels = np.asarray(image, dtype=np.float32)[..., ::-1]
    return np.ascontiguousarray(((pixels / np.float32(255)) - np.float32(0.5)) / np.float32(0.5)).transpose(2, 0, 1)


def fitted(image: Image.Image, width: int, height: int) -> np.ndarray:
    """The line scaled to the height and padded on the right with zeros (grey), or squeezed where it is too long."""
    scaled = min(width, -(-height * image.width // image.height))
    result = np.zeros((3, height, width), dtype=np.float32)
    result[:, :, :scaled] = normalized(image.resize((scaled, height), Image.Resampling.BILINEAR))
    return result
