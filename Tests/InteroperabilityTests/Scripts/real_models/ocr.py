"""The networks of rapidocr-onnxruntime: text detection, recognition (PP-OCRv4) and the angle of a line (PP-OCR mobile 2.0)."""
import functools

import numpy as np
import onnx
from PIL import Image

from real_model import Arrays, RealModel, generator, packaged
from text_boxes import Boxes, boxes
from text_images import fitted, line, normalized, page

recognition_file = packaged("rapidocr_onnxruntime", "models/ch_PP-OCRv4_rec_infer.onnx")


def pages(part: str, count: int) -> list[Arrays]:
    samples = []
    for index in range(count):
        width, height = [(640, 480), (480, 640)][index % 2]
        samples.append({"x": normalized(page(generator("page", part, index), width, height))[None]})
    return samples


def lines(part: str, count: int) -> list[Arrays]:
    """Lines of 48 pixels' height; the network takes any width, here three."""
    samples = []
    for index in range(count):
        _, image = line(generator("line", part, index))
        width = next((w for w in (320, 480) if image.width * 48 <= w * image.height), 640)
        samples.append({"x": fitted(image, width, 48)[None]})
    return samples


def turned_lines(part: str, count: int) -> list[Arrays]:
    """Lines, half of them upside down."""
    samples = []
    for index in range(count):
        rng = generator("angle", part, index)
        _, image = line(rng)
        if rng.random() < 0.5:
            image = image.transpose(Image.Transpose.ROTATE_180)
        samples.append({"x": fitted(image, 192, 48)[None]})
    return samples


@functools.cache
def characters() -> list[str]:
    """What the classes of the recognition stand for; the list is in the model's metadata."""
    metadata = {p.key: p.value for p in onnx.load(recognition_file(), load_external_data=False).metadata_props}
    return ["", *metadata["character"].splitlines(), " "]


def read(outputs: Arrays) -> list[str]:
    """The most likely classes, repetitions and blanks left out (CTC); without spaces, which PaddleOCR's own accuracy ignores too."""
    names, texts = characters(), []
    for classes in outputs["softmax_11.tmp_0"].argmax(axis=2):
        changed = np.concatenate([[True], classes[1:] != classes[:-1]])
        texts.append("".join(names[c] for c in classes[changed & (classes != 0)]).replace(" ", ""))
    return texts


def models() -> list[RealModel]:
    origin = "rapidocr-onnxruntime 1.4.4"
    return [
        RealModel(
            "rapidocr-detection", origin, packaged("rapidocr_onnxruntime", "models/ch_PP-OCRv4_det_infer.onnx"), pages,
            lambda outputs: [Boxes(boxes(m[0])) for m in outputs["sigmoid_0.tmp_0"]], "text boxes",
            batch=4, calibration_count=64),
        RealModel("rapidocr-recognition", origin, recognition_file, lines, read, "text of a line", batch=8),
        RealModel(
            "rapidocr-angle", origin, packaged("rapidocr_onnxruntime", "models/ch_ppocr_mobile_v2.0_cls_infer.onnx"),
            turned_lines, lambda outputs: list(outputs["save_infer_model/scale_0.tmp_1"].argmax(axis=1)),
            "angle of a line", batch=8),
    ]
