"""Makes Tests/Fixtures/images: small JPEG and PNG files of every kind, and the pixels that Pillow reads from them.

    python Tests/InteroperabilityTests/Scripts/pillow_fixtures.py Tests/Fixtures/images

Needs numpy and Pillow as pinned in Tests/requirements.txt; a second run gives the same bytes.
"""
import io
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

WIDTH, HEIGHT = 23, 17


def picture():
    """Soft colours, every pixel of its own: [HEIGHT, WIDTH, 3]."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    red = 255 * x / (WIDTH - 1)
    green = 255 * y / (HEIGHT - 1)
    blue = 127.5 + 127.5 * np.sin(x / 3.0) * np.cos(y / 4.0)
    return np.stack([red, green, blue], axis=2).round().astype(np.uint8)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, colour, rows, *, interlace=0, extra=b""):
    """A PNG file of rows that are bytes already."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace)
    data = b"".join(b"\0" + row for row in rows)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra
            + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b""))


def interlaced(pixels):
    """Adam7: the rows of the seven passes, one after the other."""
    rows = []
    for left, top, right, down in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
                                   (0, 1, 1, 2)]:
        part = pixels[top::down, left::right]
        if part.size:
            rows += [row.tobytes() for row in part]
    return rows


def exif(orientation, order=">"):
    start = b"MM\0*" if order == ">" else b"II*\0"
    entry = struct.pack(order + "HHIHH", 274, 3, 1, orientation, 0)
    return start + struct.pack(order + "IH", 8, 1) + entry + struct.pack(order + "I", 0)


def saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def files():
    rgb = picture()
    image = Image.fromarray(rgb)
    alpha = np.linspace(0, 255, WIDTH * HEIGHT).round().astype(np.uint8).reshape(HEIGHT, WIDTH)
    transparent = Image.fromarray(np.dstack([rgb, alpha]))
    gray = image.convert("L")
    wide = rgb.astype(np.uint16) * 257
    wide[::2] -= np.minimum(wide[::2], 99)
    yield "rgb.jpg", saved(image, "JPEG", quality=90)
    yield "rgb-444-progressive.jpg", saved(image, "JPEG", quality=80, subsampling=0, progressive=True)
    yield "gray.jpg", saved(gray, "JPEG", quality=90)
    yield "cmyk.jpg", saved(image.convert("CMYK"), "JPEG", quality=90)
    yield "turned.jpg", saved(image, "JPEG", quality=90, exif=b"Exif\0\0" + exif(6))
    yield "rgb.png", saved(image, "PNG")
    yield "gray.png", saved(gray, "PNG")
    yield "bits.png", saved(gray.convert("1"), "PNG")
    yield "palette.png", saved(image.quantize(16), "PNG")
    yield "rgba.png", saved(transparent, "PNG")
    yield "gray-alpha.png", saved(transparent.convert("LA"), "PNG")
    yield "rgb-16.png", png(WIDTH, HEIGHT, 16, 2, [row.astype(">u2").tobytes() for row in wide])
    yield "rgb-interlaced.png", png(WIDTH, HEIGHT, 8, 2, interlaced(rgb), interlace=1)
    yield "turned.png", png(
        WIDTH, HEIGHT, 8, 2, [row.tobytes() for row in rgb], extra=chunk(b"eXIf", exif(8, "<")))


def rgb_of(data):
    """What Pillow reads: upright, transparent pixels over white."""
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    if image.mode in ("RGBA", "LA"):
        image = image.convert("RGBA")
        white = Image.new("RGB", image.size, (255, 255, 255))
        white.paste(image, mask=image.getchannel("A"))
        image = white
    return np.asarray(image.convert("RGB"))


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    expected = {}
    for name, data in files():
        (folder / name).write_bytes(data)
        expected[name] = rgb_of(data)
    np.savez_compressed(folder / "expected.npz", **expected)


main()
