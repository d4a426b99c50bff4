"""Makes MobileNetV2 1.0 for images of 224 pixels with seeded random weights, and images to calibrate it with.

    python scripts/make-mobilenetv2.py [FOLDER]        default: build/models

Writes mobilenetv2.onnx (14 MB, 3.5 M parameters, opset 13, input `image` [N, 3, 224, 224] scaled to 0 … 1) and
mobilenetv2-images.npy (bytes [32, 3, 224, 224]). Speed depends on the shapes of a network, not on what it has learned.
Each convolution is followed by its BatchNormalization, whose statistics are those of four of the images, so that the
activations have the ranges of a trained network. Needs numpy, onnx and onnxruntime.

Source of the topology: Sandler et al. 2018 (arXiv 1801.04381), table 2.
"""
import pathlib
import sys

import numpy as np
import onnx
from batch_statistics import settle, smooth_images
from onnx import TensorProto, helper, numpy_helper

# Expansion, output channels, repetitions, stride of the first repetition.
BLOCKS = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
STEM, HEAD, CLASSES = 32, 1280, 1000


class Network:
    def __init__(self):
        self.generator = np.random.default_rng(0)
        self.nodes = []
        self.initializers = [
            numpy_helper.from_array(np.float32(bound), name) for name, bound in [("zero", 0), ("six", 6)]]

    def constant(self, name, values):
        self.initializers.append(numpy_helper.from_array(np.asarray(values, dtype=np.float32), name))
        return name

    def he_normal(self, name, *shape):
        return self.constant(name, self.generator.normal(scale=np.sqrt(2 / np.prod(shape[1:])), size=shape))

    def node(self, operator, inputs, name, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def conv(self, data, name, inputs, outputs, kernel=1, stride=1, group=1, linear=False):
        """Convolution, BatchNormalization and, unless linear, ReLU6."""
        weight = self.he_normal(f"{name}.weight", outputs, inputs // group, kernel, kernel)
        data = self.node(
            "Conv", [data, weight], f"{name}.conv", kernel_shape=[kernel] * 2, strides=[stride] * 2,
            pads=[kernel // 2] * 4, group=group)
        parameters = [
            self.constant(f"{name}.scale", self.generator.uniform(0.5, 1.5, outputs)),
            # Around 0 deep random networks are chaotic: they make each error larger, as no trained one does.
            self.constant(f"{name}.bias", 1 + self.generator.normal(scale=0.3, size=outputs)),
            self.constant(f"{name}.mean", np.zeros(outputs)),
            self.constant(f"{name}.variance", np.ones(outputs)),
        ]
        data = self.node("BatchNormalization", [data, *parameters], f"{name}.norm", epsilon=1e-5)
        return data if linear else self.node("Clip", [data, "zero", "six"], f"{name}.relu6")

    def inverted_residual(self, data, name, inputs, outputs, expansion, stride):
        hidden, inner = inputs * expansion, data
        if expansion > 1:
            inner = self.conv(inner, f"{name}.expand", inputs, hidden)
        inner = self.conv(inner, f"{name}.depthwise", hidden, hidden, kernel=3, stride=stride, group=hidden)
        inner = self.conv(inner, f"{name}.project", hidden, outputs, linear=True)
        return self.node("Add", [data, inner], f"{name}.add") if stride == 1 and inputs == outputs else inner


def build():
    network = Network()
    data, channels = network.conv("image", "stem", 3, STEM, kernel=3, stride=2), STEM
    for stage, (expansion, outputs, repetitions, stride) in enumerate(BLOCKS):
        for repetition in range(repetitions):
            data = network.inverted_residual(
                data, f"stage{stage}.{repetition}", channels, outputs, expansion, stride if repetition == 0 else 1)
            channels = outputs
    data = network.conv(data, "head", channels, HEAD)
    data = network.node("Flatten", [network.node("GlobalAveragePool", [data], "pooled")], "features")
    weight = network.he_normal("classifier.weight", CLASSES, HEAD)
    network.node("Gemm", [data, weight, network.constant("classifier.bias", np.zeros(CLASSES))], "logits", transB=1)
    graph = helper.make_graph(
        network.nodes, "mobilenetv2",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, 224, 224])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", CLASSES])],
        network.initializers)
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7, producer_name="make-mobilenetv2.py")


def main():
    root = pathlib.Path(__file__).parent.parent
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else root / "build/models"
    folder.mkdir(parents=True, exist_ok=True)
    images = smooth_images(np.random.default_rng(1), 32, 3, 224)
    model = build()
    settle(model, {"image": images[:4].astype(np.float32) / np.float32(255)})
    onnx.checker.check_model(model, full_check=True)
    np.save(folder / "mobilenetv2-images.npy", images)
    (folder / "mobilenetv2.onnx").write_bytes(model.SerializeToString(deterministic=True))
    print(folder / "mobilenetv2.onnx")


if __name__ == "__main__":
    main()
