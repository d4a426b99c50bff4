"""Gives the BatchNormalization nodes of a network with random weights the statistics that training would have left."""
import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper


def evaluate(model, names, feeds):
    """The values `names`, which may be inside the graph, for the given inputs."""
    probe = onnx.ModelProto()
    probe.CopyFrom(model)
    del probe.graph.output[:]
    probe.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in names)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(probe.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(names, feeds)


def rounded(values):
    """Two significant digits: the committed bytes do not depend on the last bits of one processor's sums."""
    return np.array([float(f"{value:.1e}") for value in np.ravel(values)], dtype=np.float32)


def set_initializer(model, name, values):
    old = next(tensor for tensor in model.graph.initializer if tensor.name == name)
    old.CopyFrom(numpy_helper.from_array(values.astype(np.float32), name))


def settle(model, feeds):
    """Sets mean and variance of each BatchNormalization, in the order of the graph, to those of its own input."""
    for node in [node for node in model.graph.node if node.op_type == "BatchNormalization"]:
        (data,) = evaluate(model, [node.input[0]], feeds)
        axes = (0, *range(2, data.ndim))
        set_initializer(model, node.input[3], rounded(data.mean(axes, dtype=np.float64)))
        set_initializer(model, node.input[4], rounded(data.var(axes, dtype=np.float64)))


def smooth_images(generator, count, channels, side):
    """Images as bytes [count, channels, side, side]: a few coloured waves each, so that neighbours are alike."""
    y, x = np.mgrid[0:side, 0:side] / side
    images = np.empty((count, channels, side, side))
    for image in images:
        waves = [
            generator.normal(size=(channels, 1, 1))
            * np.sin(2 * np.pi * (generator.uniform(-3, 3) * x + generator.uniform(-3, 3) * y + generator.uniform()))
            for _ in range(4)
        ]
        image[:] = 128 + 40 * generator.normal(size=(channels, 1, 1)) + 35 * sum(waves)
    return np.clip(np.rint(images), 0, 255).astype(np.uint8)
