"""The architectures inside the onnx package (its "light" models have no weights), with random weights that were settled."""
import functools
import hashlib
import os
import pathlib

import numpy as np
import onnx

from pictures import CLASSES, picture
from random_weights import trained_like
from real_model import Arrays, RealModel, generator, packaged

ROOT = pathlib.Path(__file__).resolve().parents[4]
CACHE = pathlib.Path(os.environ.get("BITDEPTH_REAL_MODELS_CACHE", ROOT / "build/real-models"))
SIDE = 224
# Pictures that the layers are settled on, and those that the last layer is fitted to: only these many make it answer unseen
# pictures as surely as a trained network does.
SETTLING_SAMPLES = 60
FITTING_SAMPLES = 400
# Input, output.
ARCHITECTURES = {
    "bvlc_alexnet": ("data_0", "prob_1"),
    "densenet121": ("data_0", "fc6_1"),
    "inception_v1": ("data_0", "prob_1"),
    "inception_v2": ("data_0", "prob_1"),
    "resnet50": ("gpu_0/data_0", "gpu_0/softmax_1"),
    "shufflenet": ("gpu_0/data_0", "gpu_0/softmax_1"),
    "squeezenet": ("data_0", "softmaxout_1"),
    "vgg19": ("data_0", "prob_1"),
    "zfnet512": ("gpu_0/data_0", "gpu_0/softmax_1"),
}


def pictures(name: str, part: str, count: int) -> list[Arrays]:
    return [
        {name: standardized(picture(generator("picture", part, index), index % CLASSES, SIDE))[None]} for index in range(count)]


def standardized(image: np.ndarray) -> np.ndarray:
    """Mean 0 and deviation 1 over the whole image: a random network tells mostly the brightness and the contrast else."""
    return (image - image.mean()) / image.std()


def weighted(name: str) -> pathlib.Path:
    """The architecture with weights, made once and kept: the largest have more than 500 MB."""
    source = packaged("onnx", f"backend/test/data/light/light_{name}.onnx")()
    makers = [pathlib.Path(__file__).with_name(f) for f in ("light.py", "pictures.py", "random_weights.py", "text_images.py")]
    version = hashlib.sha256(b"".join(path.read_bytes() for path in [source, *makers])).hexdigest()[:12]
    file = CACHE / f"light-{name}-{version}.onnx"
    if not file.exists():
        samples = [sample["x"] for sample in pictures("x", "settling", FITTING_SAMPLES)]
        labels = np.array([index % CLASSES for index in range(FITTING_SAMPLES)])
        model = trained_like(onnx.load(source), samples[:SETTLING_SAMPLES], samples, labels, seed=3)
        CACHE.mkdir(parents=True, exist_ok=True)
        for old in CACHE.glob(f"light-{name}-*.onnx"):
            old.unlink()
        partial = file.with_suffix(".partial")
        onnx.save(model, partial)
        partial.rename(file)
    return file


def model(name: str, data: str, output: str) -> RealModel:
    return RealModel(
        f"light-{name.replace('_', '-')}", "onnx 1.19.1, random weights", functools.partial(weighted, name),
        functools.partial(pictures, data), lambda outputs: list(outputs[output].reshape(len(outputs[output]), -1).argmax(axis=1)),
        "class of a picture", calibration_count=64,
        together=40)


def models() -> list[RealModel]:
    return [model(name, *ends) for name, ends in ARCHITECTURES.items()]
