"""Gives an architecture without weights random ones, of which it behaves like a trained network.

Node by node, over sample inputs: filters get seeded normal values; a convolution with a bias, and each BatchNormalization, is
set so that its outputs have mean 1 and deviation 1 in every channel; the last layer is fitted to the classes of more samples
by ridge regression. Without this a deep random network answers the same for every input.
"""
import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

Values = dict[str, list[np.ndarray]]

# Of every channel in front of its activation. Around 0 a deep random network is chaotic: each layer makes a small error
# larger, as no trained network does, and after fifty layers rounding to 8 bits has drowned the signal.
MEAN = np.float32(1)


def with_constants(model: onnx.ModelProto, rng: np.random.Generator) -> onnx.ModelProto:
    """The same graph with initializers in the place of ConstantOfShape, which is how the architectures leave weights out."""
    graph = model.graph
    shapes = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    uses = {name: (node, k) for node in graph.node for k, name in enumerate(node.input)}
    for node in [n for n in graph.node if n.op_type == "ConstantOfShape"]:
        name, shape = node.output[0], shapes[node.input[0]].tolist()
        graph.initializer.append(numpy_helper.from_array(first_values(rng, shape, name, uses).astype(np.float32), name))
        graph.node.remove(node)
    used = {name for node in graph.node for name in node.input}
    keep = [t for t in graph.initializer if t.name in used]
    del graph.initializer[:]
    graph.initializer.extend(keep)
    constants = {t.name for t in keep}
    inputs = [v for v in graph.input if v.name in used - constants]
    del graph.input[:]
    graph.input.extend(inputs)
    return model


def first_values(rng: np.random.Generator, shape: list[int], name: str, uses: dict) -> np.ndarray:
    """Normal filters; ones for what multiplies or is a variance, zeros for what is added."""
    node, position = uses[name]
    if node.op_type in ("Unsqueeze", "Reshape") and len(shape) == 1:
        node, position = uses[node.output[0]]
    if len(shape) > 1:
        fan_in = np.prod(shape[1:]) if len(shape) == 4 and shape[0] > 1 else shape[-1]
        return rng.normal(scale=np.sqrt(2 / fan_in), size=shape).astype(np.float32)
    is_factor = node.op_type == "Mul" or node.op_type == "BatchNormalization" and position in (1, 4)
    return np.full(shape, 1.0 if is_factor else 0.0)


class Settling:
    """Walks through the graph with all samples at once, one small session for each node."""

    def __init__(
        self, model: onnx.ModelProto, samples: list[np.ndarray], fitted: list[np.ndarray], labels: np.ndarray
    ) -> None:
        self.model, self.fitted, self.labels = model, fitted, labels
        self.opsets = model.opset_import
        self.constants = {t.name: numpy_helper.to_array(t).copy() for t in model.graph.initializer}
        self.values: Values = {model.graph.input[0].name: samples}
        self.head = [n for n in model.graph.node if n.op_type in ("Conv", "Gemm")][-1]
        self.last_use = {name: k for k, node in enumerate(model.graph.node) for name in node.input}

    def run(self) -> onnx.ModelProto:
        for index, node in enumerate(self.model.graph.node):
            if node is self.head or node.output == self.head.output:
                self.fit(node)
                break
            if node.op_type == "BatchNormalization":
                self.set_statistics(node)
            results = self.evaluate(node)
            if node.op_type in ("Conv", "Gemm") and len(node.input) == 3:
                results = self.normalize(node, results)
            self.store(node, results)
            for name in [n for n in node.input if self.last_use[n] == index]:
                self.values.pop(name, None)
        return self.set_constants()

    def set_constants(self) -> onnx.ModelProto:
        for tensor in self.model.graph.initializer:
            tensor.CopyFrom(numpy_helper.from_array(self.constants[tensor.name], tensor.name))
        return self.model

    def store(self, node: onnx.NodeProto, results: list[np.ndarray]) -> None:
        if all(name in self.constants for name in node.input):
            self.constants[node.output[0]] = results[0]
        else:
            self.values[node.output[0]] = results

    def evaluate(self, node: onnx.NodeProto) -> list[np.ndarray]:
        """The first output for each sample; a single one where no input depends on the sample."""
        varying = [name for name in dict.fromkeys(node.input) if name in self.values]
        feeds = {name: self.constants[name] for name in node.input if name in self.constants}
        count = len(self.values[varying[0]]) if varying else 1
        examples = {**feeds, **{name: self.values[name][0] for name in varying}}
        inputs = [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape) for n, v in examples.items()]
        single = onnx.NodeProto()
        single.CopyFrom(node)
        del single.output[1:]
        graph = helper.make_graph([single], "node", inputs, [helper.make_empty_tensor_value_info(node.output[0])])
        model = helper.make_model(graph, opset_imports=self.opsets, ir_version=8)
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return [session.run(None, {**feeds, **{n: self.values[n][k] for n in varying}})[0] for k in range(count)]

    def set_statistics(self, node: onnx.NodeProto) -> None:
        mean, deviation = channel_statistics(self.values[node.input[0]])
        self.constants[node.input[3]], self.constants[node.input[4]] = mean - MEAN * deviation, deviation ** 2

    def normalize(self, node: onnx.NodeProto, results: list[np.ndarray]) -> list[np.ndarray]:
        """Filters and bias scaled and shifted, and what they give with it."""
        mean, deviation = channel_statistics(results)
        weight, bias = node.input[1:]
        channels_last = node.op_type == "Gemm" and not attribute(node, "transB", 0)
        shape = [1, -1] if channels_last else [-1] + [1] * (self.constants[weight].ndim - 1)
        self.constants[weight] = self.constants[weight] / deviation.reshape(shape)
        self.constants[bias] = (self.constants[bias] - mean) / deviation + MEAN
        along = [1, -1] + [1] * (results[0].ndim - 2)
        return [(r - mean.reshape(along)) / deviation.reshape(along) + MEAN for r in results]

    def fit(self, node: onnx.NodeProto) -> None:
        """Logits of 12 for the sample's class and −4 for the others, as well as the features tell them."""
        features = self.features(node.input[0])
        centre = features.mean(axis=0, dtype=np.float64)
        centred = features - centre
        # A Relu behind the last layer must not cut the logits.
        offset = 200.0 if any(n.op_type == "Relu" and n.input[0] == node.output[0] for n in self.model.graph.node) else 0.0
        targets = np.full((len(features), self.labels.max() + 1), offset - 4)
        targets[np.arange(len(features)), self.labels] = offset + 12
        kernel = centred @ centred.T
        ridge = 0.05 * np.trace(kernel) / len(kernel) * np.eye(len(kernel))
        solution = centred.T @ np.linalg.solve(kernel + ridge, targets - targets.mean(axis=0))
        name, bias = self.weight_of(node), node.input[2]
        shape = self.constants[name].shape
        outputs = self.constants[bias].size
        weight = np.zeros((outputs, features.shape[1]))
        weight[:solution.shape[1]] = solution.T
        values = np.full(outputs, offset - 8)
        values[:solution.shape[1]] = targets.mean(axis=0) - centre @ solution
        transposed = node.op_type == "Gemm" and not attribute(node, "transB", 0)
        self.constants[name] = (weight.T if transposed else weight).reshape(shape).astype(np.float32)
        self.constants[bias] = values.astype(np.float32)

    def features(self, value: str) -> np.ndarray:
        """What the last layer reads of each fitted sample: the network up to there, run as a whole."""
        body = onnx.ModelProto()
        body.CopyFrom(self.set_constants())
        del body.graph.output[:]
        body.graph.output.append(helper.make_empty_tensor_value_info(value))
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(body.SerializeToString(), options, providers=["CPUExecutionProvider"])
        name = session.get_inputs()[0].name
        return np.stack([pooled(session.run(None, {name: sample})[0]) for sample in self.fitted])

    def weight_of(self, node: onnx.NodeProto) -> str:
        """The initializer behind a layer's weights; some architectures reshape it on the way."""
        producers = {n.output[0]: n for n in self.model.graph.node}
        name = node.input[1]
        while name in producers:
            name = producers[name].input[0]
        return name


def pooled(value: np.ndarray) -> np.ndarray:
    """The features of one sample as a vector; of an image the mean over its pixels."""
    return value.reshape(value.shape[1], -1).mean(axis=1) if value.ndim > 2 else value.reshape(-1)


def attribute(node: onnx.NodeProto, name: str, default: int) -> int:
    return next((a.i for a in node.attribute if a.name == name), default)


def channel_statistics(results: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation (at least 1e-3) of axis 1 over all samples, FP32."""
    axes = (0, *range(2, results[0].ndim))
    mean = np.mean([r.mean(axis=axes, dtype=np.float64) for r in results], axis=0)
    square = np.mean([np.square(r, dtype=np.float64).mean(axis=axes) for r in results], axis=0)
    deviation = np.sqrt(np.maximum(square - mean ** 2, 1e-6))
    return mean.astype(np.float32), deviation.astype(np.float32)


def trained_like(
    model: onnx.ModelProto, samples: list[np.ndarray], fitted: list[np.ndarray], labels: np.ndarray, seed: int
) -> onnx.ModelProto:
    """The architecture with weights.

    `samples` are inputs, one by one, that its layers are settled on; the last one is fitted to `fitted`, whose classes,
    counted from 0, are `labels`.
    """
    return Settling(with_constants(model, np.random.default_rng(seed)), samples, fitted, labels).run()
