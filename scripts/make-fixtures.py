"""Makes the models and expected values of Tests/Fixtures, all but the mixed network's (scripts/make-mixed-net.py).

    python scripts/make-fixtures.py FASHION_MNIST_FOLDER [PART…]

FASHION_MNIST_FOLDER holds the four gz files of Debian's package dataset-fashion-mnist. Parts: reference, onnxruntime, nncf,
float16, opsets, hostile; without one, all. Needs numpy, onnx and onnxruntime; the part nncf needs the package nncf besides.
Tests/Fixtures/README.md says which versions made the committed files.
"""
import gzip
import pathlib
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

ROOT = pathlib.Path(__file__).parent.parent
FOLDER = ROOT / "Tests/Fixtures"
RESNET = ROOT / "models/fashion-resnet.onnx"
CALIBRATION_SAMPLES, TEST_SAMPLES = 64, 256


def images(data, name, count):
    """The first images of an IDX file as the ResNet wants them: float [count, 1, 28, 28], scaled and normalised."""
    with gzip.open(data / f"{name}-images-idx3-ubyte.gz") as file:
        pixels = np.frombuffer(file.read(16 + count * 784), np.uint8, offset=16).reshape(count, 1, 28, 28)
    return ((pixels.astype(np.float32) / np.float32(255) - np.float32(0.2860)) / np.float32(0.3530)).astype(np.float32)


def run(model, feeds):
    """Outputs of ONNX Runtime with graph optimization off: each node as the specification says."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, feeds)


def save(path, model):
    path = FOLDER / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.SerializeToString(deterministic=True))


def save_logits(path, model, data):
    """Logits [256, 10] of the first test images, float32."""
    batch = images(data, "t10k", TEST_SAMPLES)
    element = model.graph.input[0].type.tensor_type.elem_type
    (logits,) = run(model, {"image": batch.astype(helper.tensor_dtype_to_np_dtype(element))})
    (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
    np.save(FOLDER / path, logits.astype(np.float32))


def reference(data):
    save_logits("fashion-resnet/float32.logits.npy", onnx.load(RESNET), data)


def with_onnxruntime(data):
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.samples = iter(images(data, "train", CALIBRATION_SAMPLES))

        def get_next(self):
            sample = next(self.samples, None)
            return None if sample is None else {"image": sample[None]}

    variants = [
        ("onnxruntime-qdq-u8s8", QuantFormat.QDQ, QuantType.QUInt8),
        ("onnxruntime-qdq-s8s8", QuantFormat.QDQ, QuantType.QInt8),
        ("onnxruntime-qoperator-u8s8", QuantFormat.QOperator, QuantType.QUInt8),
    ]
    for name, style, activations in variants:
        with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
            quantize_static(
                RESNET, file.name, Reader(), quant_format=style, per_channel=True,
                activation_type=activations, weight_type=QuantType.QInt8)
            model = onnx.load(file.name)
        save(f"fashion-resnet/{name}.onnx", model)
        save_logits(f"fashion-resnet/{name}.logits.npy", model, data)


def with_nncf(data):
    import nncf

    samples = images(data, "train", CALIBRATION_SAMPLES)
    dataset = nncf.Dataset([{"image": sample[None]} for sample in samples])
    model = nncf.quantize(onnx.load(RESNET), dataset, subset_size=CALIBRATION_SAMPLES)
    save("fashion-resnet/nncf.onnx", model)
    save_logits("fashion-resnet/nncf.logits.npy", model, data)


def float16(data):
    """The ResNet with FP16 weights and arithmetic; with float32 at the rim (two Cast nodes), and without."""
    model = onnx.load(RESNET)
    for tensor in model.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), tensor.name))
    rim = [*model.graph.input, *model.graph.output]
    for value in [*rim, *model.graph.value_info]:
        if value.type.tensor_type.elem_type == TensorProto.FLOAT:
            value.type.tensor_type.elem_type = TensorProto.FLOAT16
    save("fashion-resnet/float16.onnx", model)
    save_logits("fashion-resnet/float16.logits.npy", model, data)

    inner = {"image": "image.float16", "logits": "logits.float16"}
    for node in model.graph.node:
        node.input[:] = [inner.get(name, name) for name in node.input]
        node.output[:] = [inner.get(name, name) for name in node.output]
    enter = helper.make_node("Cast", ["image"], ["image.float16"], "enter", to=TensorProto.FLOAT16)
    leave = helper.make_node("Cast", ["logits.float16"], ["logits"], "leave", to=TensorProto.FLOAT)
    nodes = [enter, *model.graph.node, leave]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    for value in rim:
        value.type.tensor_type.elem_type = TensorProto.FLOAT
    onnx.checker.check_model(model, full_check=True)
    save("fashion-resnet/float16-float32-io.onnx", model)


class Spelling:
    """A small network in the spelling of one operator set: what is an attribute there and an input elsewhere."""

    def __init__(self, opset):
        self.opset = opset
        self.generator = np.random.default_rng(3)
        self.nodes, self.initializers = [], []

    def tensor(self, name, values):
        self.initializers.append(numpy_helper.from_array(values, name))
        return name

    def random(self, name, *shape, scale=0.5):
        return self.tensor(name, self.generator.normal(scale=scale, size=shape).astype(np.float32))

    def node(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], name=f"{output}.node", **attributes))
        return output

    def clip(self, data, output, low, high):
        if self.opset < 11:
            return self.node("Clip", [data], output, min=low, max=high)
        bounds = [self.tensor(f"{output}.{name}", np.float32(bound)) for name, bound in [("min", low), ("max", high)]]
        return self.node("Clip", [data, *bounds], output)

    def pad(self, data, output, pads):
        if self.opset < 11:
            return self.node("Pad", [data], output, mode="constant", pads=pads, value=0.5)
        inputs = [self.tensor(f"{output}.pads", np.array(pads)), self.tensor(f"{output}.value", np.float32(0.5))]
        return self.node("Pad", [data, *inputs], output, mode="constant")

    def crop(self, data, output, starts, ends, axes):
        if self.opset < 10:
            return self.node("Slice", [data], output, starts=starts, ends=ends, axes=axes)
        inputs = [
            self.tensor(f"{output}.{name}", np.array(values))
            for name, values in [("starts", starts), ("ends", ends), ("axes", axes)]
        ]
        return self.node("Slice", [data, *inputs], output)

    def double(self, data, output):
        scales = np.array([1, 1, 2, 2], dtype=np.float32)
        if self.opset < 9:
            return self.node("Upsample", [data], output, mode="nearest", scales=scales.tolist())
        scales = self.tensor(f"{output}.scales", scales)
        if self.opset < 10:
            return self.node("Upsample", [data, scales], output, mode="nearest")
        roi = self.tensor(f"{output}.roi", np.array([], dtype=np.float32))
        return self.node(
            "Resize", [data, roi, scales], output, mode="nearest", coordinate_transformation_mode="asymmetric",
            nearest_mode="floor")

    def build(self):
        padded = self.pad("x", "padded", [0, 0, 1, 0, 0, 0, 0, 1])
        convolved = self.node("Conv", [padded, self.random("w", 4, 3, 3, 3)], "convolved", auto_pad="SAME_UPPER")
        statistics = [
            self.random("gamma", 4), self.random("beta", 4), self.random("mean", 4),
            self.tensor("variance", self.generator.uniform(0.5, 2, 4).astype(np.float32)),
        ]
        normal = self.node("BatchNormalization", [convolved, *statistics], "normal", epsilon=1e-2)
        clipped = self.clip(normal, "clipped", -0.5, 2.0)
        kept = self.node("Dropout", [clipped], "kept", ratio=0.3) if self.opset < 12 else clipped
        pooled = self.node("MaxPool", [kept], "pooled", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
        doubled = self.double(pooled, "doubled")
        cropped = self.crop(doubled, "cropped", starts=[1, -7], ends=[6, 1000], axes=[2, 3])
        # Before operator set 13 Softmax flattens all axes from `axis` on: 4 · 5 · 7 elements share one sum here.
        shares = self.node("Softmax", [cropped], "shares")
        scaled = self.node("Mul", [shares, self.random("gain", 4, 1, 1, scale=100)], "scaled")
        mean = self.node("ReduceMean", [scaled], "mean_over_columns", axes=[3], keepdims=1)
        column = self.node("Squeeze", [mean], "column", axes=[3])
        again = self.node("Unsqueeze", [column], "again", axes=[1])
        shape = self.tensor("shape", np.array([0, -1]))
        flat = self.node("Reshape", [again, shape], "flat")
        bias = self.random("bias", 5)
        self.node("Gemm", [flat, self.random("head", 5, 20), bias], "y", alpha=2.0, transB=1)

        version = {7: 3, 9: 4, 11: 6}[self.opset]
        inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3, 6, 7])]
        if version < 4:  # The first format versions list initializers among the inputs.
            inputs += [helper.make_tensor_value_info(t.name, t.data_type, t.dims) for t in self.initializers]
        output = helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, 5])
        graph = helper.make_graph(self.nodes, f"opset-{self.opset}", inputs, [output], self.initializers)
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=version,
            producer_name="make-fixtures.py")


def opsets(data):
    x = np.random.default_rng(5).normal(size=(2, 3, 6, 7)).astype(np.float32)
    for opset in [7, 9, 11]:
        model = Spelling(opset).build()
        onnx.checker.check_model(model, full_check=True)
        (y,) = run(model, {"x": x})
        save(f"opsets/opset-{opset}.onnx", model)
        np.save(FOLDER / f"opsets/opset-{opset}.y.npy", y)
    np.save(FOLDER / "opsets/x.npy", x)


def hostile(data):
    def value(name, shape=(2,)):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    def write(name, nodes, initializers=(), shape=(2,), domain=None):
        imports = [helper.make_opsetid("", 17)] + ([helper.make_opsetid(domain, 1)] if domain else [])
        graph = helper.make_graph(nodes, name, [value("x", shape)], [value("y", shape)], initializers)
        save(f"hostile/{name}.onnx", helper.make_model(graph, opset_imports=imports, ir_version=8))

    add = helper.make_node("Add", ["x", "w"], ["y"], name="add")
    write("cycle", [
        helper.make_node("Add", ["x", "b"], ["a"], name="first"),
        helper.make_node("Relu", ["a"], ["b"], name="second"),
        helper.make_node("Neg", ["b"], ["y"], name="third"),
    ])
    write("duplicate-names", [
        helper.make_node("Relu", ["x"], ["y"], name="first"),
        helper.make_node("Neg", ["x"], ["y"], name="second"),
    ])
    write("unknown-operator", [
        helper.make_node("Frobnicate", ["x"], ["y"], name="odd", domain="test.custom")], domain="test.custom")

    outside = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[2], data_location=TensorProto.EXTERNAL)
    for key, text in [("location", "../outside.bin"), ("offset", "0"), ("length", "8")]:
        outside.external_data.add(key=key, value=text)
    write("external-outside", [add], [outside])

    enormous = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[2**30, 2**30], raw_data=bytes(8))
    write("enormous-shape", [add], [enormous], shape=(2**30, 2**30))


PARTS = {
    "reference": reference, "onnxruntime": with_onnxruntime, "nncf": with_nncf, "float16": float16, "opsets": opsets,
    "hostile": hostile,
}


def main():
    if len(sys.argv) < 2 or any(part not in PARTS for part in sys.argv[2:]):
        sys.exit(__doc__)
    for part in sys.argv[2:] or PARTS:
        print(f"{part} …", flush=True)
        PARTS[part](pathlib.Path(sys.argv[1]))


if __name__ == "__main__":
    main()
