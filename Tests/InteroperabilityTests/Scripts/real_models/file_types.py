"""Magika (the type of a file, by its bytes): half of the files are written by seed, half are those of the Python installation."""
import functools
import pathlib
import sysconfig

import numpy as np

from file_contents import GENERATED
from real_model import Arrays, CALIBRATION, RealModel, generator, packaged

# What the model's own configuration (config.min.json) says.
BLOCK, ENDS, PADDING = 4096, 1024, 256
LEAST_BYTES = 8
ENDINGS = {".py", ".pyc", ".so", ".h", ".txt", ".json", ".pyi", ".md", ".toml", ".cfg", ".js", ".css", ".html", ".csv", ".pyx", ".npz", ".exe", ".rst", ".xml", ".yaml", ".sh", ".pb", ".onnx"}
MOST_OF_ONE_ENDING = 40


@functools.cache
def installed() -> list[bytes]:
    """Files of the standard library and of the installed packages, at most so many of one ending; none looks like another."""
    folders = [pathlib.Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib")]
    files: dict[str, list[pathlib.Path]] = {}
    for folder in folders:
        for path in folder.rglob("*"):
            if path.suffix in ENDINGS and path.is_file() and path.stat().st_size >= 64:
                files.setdefault(path.suffix, []).append(path)
    rng = np.random.default_rng(5)
    chosen = [p for suffix in sorted(files) for p in rng.permutation(np.array(sorted(files[suffix]), dtype=object))[:MOST_OF_ONE_ENDING]]
    contents = [path.read_bytes() for path in rng.permutation(np.array(chosen, dtype=object))]
    return list({features(content).tobytes(): content for content in contents}.values())


def features(content: bytes) -> np.ndarray:
    """The first and the last bytes without the white space around them, as the model takes them: 2048 numbers of 0 … 256."""
    start, end = content[:BLOCK], content[-BLOCK:]
    start = start.strip() if len(content) <= BLOCK else start.lstrip()
    end = end.strip() if len(content) <= BLOCK else end.rstrip()
    result = np.full(2 * ENDS, PADDING, dtype=np.int32)
    head, tail = np.frombuffer(start[:ENDS], np.uint8), np.frombuffer(end[-ENDS:], np.uint8)
    result[:len(head)] = head
    result[2 * ENDS - len(tail):] = tail
    return result


def files(part: str, count: int) -> list[Arrays]:
    """Even ones from the generators in turn, odd ones from the installation: every second file for calibration."""
    found = [c for k, c in enumerate(installed()) if (k % 2 == 0) == (part == CALIBRATION)]
    makers = list(GENERATED.values())
    samples, seen = [], set()
    for index in range(count):
        if index % 2 == 0 or index // 2 >= len(found):
            content = makers[index // 2 % len(makers)](generator("file", part, index))
        else:
            content = found[index // 2]
        values = features(content)
        if len(content) >= LEAST_BYTES and values.tobytes() not in seen:
            seen.add(values.tobytes())
            samples.append({"bytes": values[None]})
    return samples


def models() -> list[RealModel]:
    return [
        RealModel(
            "magika", "magika 1.0.3", packaged("magika", "models/standard_v3_3/model.onnx"), files,
            lambda outputs: list(outputs["target_label"].argmax(axis=1)), "type of a file", batch=16,
            calibration_count=180, evaluation_count=280)
    ]
