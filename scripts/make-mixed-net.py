"""Makes models/mixed-net.onnx and, for its tests, Tests/Fixtures/mixed-net: a small network of patterns that quantizers meet.

    python scripts/make-mixed-net.py

Unfolded BatchNormalization (epsilon 1e-3), a depthwise convolution, a residual addition, concatenation, ReLU6 as Clip(0, 6),
average and maximum pooling, hard swish written out as x * Clip(x + 3, 0, 6) / 6, and Softmax at the end. The weights are
random, seeded; the statistics of the BatchNormalization nodes are those of the sample images, so that activations stay in
the range of a trained network. Needs numpy, onnx and onnxruntime.
"""
import pathlib

import numpy as np
import onnx
from batch_statistics import evaluate, rounded, set_initializer, settle, smooth_images
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).parent.parent
CLASSES = 10


class Network:
    def __init__(self, seed):
        self.generator = np.random.default_rng(seed)
        self.nodes, self.initializers = [], []

    def constant(self, name, values):
        self.initializers.append(numpy_helper.from_array(np.asarray(values, dtype=np.float32), name))
        return name

    def node(self, operator, inputs, name, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def conv(self, data, name, inputs, outputs, kernel, group=1, stride=1):
        shape = (outputs, inputs // group, kernel, kernel)
        deviation = np.sqrt(2 / (shape[1] * kernel * kernel))
        weight = self.constant(f"{name}.weight", self.generator.normal(scale=deviation, size=shape))
        pad = kernel // 2
        return self.node(
            "Conv", [data, weight], name, kernel_shape=[kernel, kernel], pads=[pad] * 4, strides=[stride] * 2, group=group)

    def normalization(self, data, name, channels):
        inputs = [
            self.constant(f"{name}.scale", rounded(self.generator.uniform(0.6, 1.4, channels))),
            self.constant(f"{name}.bias", rounded(self.generator.uniform(-0.4, 0.6, channels))),
            self.constant(f"{name}.mean", np.zeros(channels)),
            self.constant(f"{name}.variance", np.ones(channels)),
        ]
        return self.node("BatchNormalization", [data, *inputs], name, epsilon=1e-3)

    def relu6(self, data, name):
        return self.node("Clip", [data, "zero", "six"], name)

    def hard_swish(self, data, name):
        shifted = self.node("Add", [data, "three"], f"{name}.shifted")
        gate = self.relu6(shifted, f"{name}.gate")
        product = self.node("Mul", [data, gate], f"{name}.product")
        return self.node("Div", [product, "six"], name)


def build():
    network = Network(seed=11)
    for name, value in [("zero", 0), ("three", 3), ("six", 6)]:
        network.constant(name, np.float32(value))

    stem = network.conv("image", "stem.conv", 3, 8, kernel=3, stride=2)
    stem = network.relu6(network.normalization(stem, "stem.norm", 8), "stem.relu6")

    depthwise = network.conv(stem, "depthwise.conv", 8, 8, kernel=3, group=8)
    depthwise = network.relu6(network.normalization(depthwise, "depthwise.norm", 8), "depthwise.relu6")
    project = network.normalization(network.conv(depthwise, "project.conv", 8, 8, kernel=1), "project.norm", 8)
    residual = network.node("Add", [project, stem], "residual")

    average = network.node("AveragePool", [residual], "average", kernel_shape=[2, 2], strides=[2, 2])
    maximum = network.node("MaxPool", [residual], "maximum", kernel_shape=[2, 2], strides=[2, 2])
    joined = network.node("Concat", [average, maximum], "joined", axis=1)

    mixed = network.normalization(network.conv(joined, "mix.conv", 16, 12, kernel=3), "mix.norm", 12)
    mixed = network.hard_swish(mixed, "mix.swish")
    features = network.node("GlobalAveragePool", [mixed], "pooled")
    features = network.node("Flatten", [features], "features", axis=1)

    weight = network.constant("head.weight", network.generator.normal(size=(CLASSES, 12)))
    bias = network.constant("head.bias", np.zeros(CLASSES))
    logits = network.node("Gemm", [features, weight, bias], "head", transB=1)
    network.node("Softmax", [logits], "probabilities", axis=-1)

    graph = helper.make_graph(
        network.nodes, "mixed-net",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, 32, 32])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", CLASSES])],
        network.initializers)
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7, producer_name="make-mixed-net.py")


def centre_head(model, feeds):
    """Scales and shifts the last layer so that the classes take turns: logits of mean 0 and deviation 2."""
    features, logits = evaluate(model, ["features", "head"], feeds)
    weight = next(numpy_helper.to_array(t) for t in model.graph.initializer if t.name == "head.weight")
    weight = rounded(weight * (2 / logits.std(axis=0))[:, None]).reshape(weight.shape)
    set_initializer(model, "head.weight", weight)
    set_initializer(model, "head.bias", rounded(-features.mean(axis=0, dtype=np.float64) @ weight.T.astype(np.float64)))


def main():
    images = smooth_images(np.random.default_rng(7), 320, 3, 32)
    feeds = {"image": (images / 255).astype(np.float32)}
    model = build()
    settle(model, feeds)
    centre_head(model, feeds)
    onnx.checker.check_model(model, full_check=True)
    (ROOT / "models/mixed-net.onnx").write_bytes(model.SerializeToString(deterministic=True))

    folder = ROOT / "Tests/Fixtures/mixed-net"
    folder.mkdir(parents=True, exist_ok=True)
    few = images[:48]
    np.save(folder / "images.npy", few)
    (expected,) = evaluate(model, ["probabilities"], {"image": few.astype(np.float32) / np.float32(255)})
    np.save(folder / "probabilities.npy", expected)
    values = evaluate(model, [node.output[0] for node in model.graph.node], feeds)
    for node, value in zip(model.graph.node, values):
        print(f"{node.output[0]:18} {node.op_type:20} {value.min():8.3f} … {value.max():7.3f}")
    print("classes chosen:", np.bincount(values[-1].argmax(axis=1), minlength=CLASSES))


if __name__ == "__main__":
    main()
