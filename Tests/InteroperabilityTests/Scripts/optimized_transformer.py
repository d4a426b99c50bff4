"""A small BERT as exporters wrote it for operator set 12, as ONNX Runtime's optimizer fuses it, and what ONNX Runtime computes.

    python optimized_transformer.py FUSED.onnx INPUTS.npz OUTPUT.npy [dynamic]

Inputs are token ids, segment ids and a mask of 64 texts; the operators of the fused file are printed. With "dynamic" its
products are quantized first, their inputs in running.
"""
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

TEXTS, LENGTH, WORDS, WIDTH, HEADS, LAYERS = 64, 16, 50, 64, 4, 2

rng = np.random.default_rng(7)
nodes, initializers = [], []
counter = 0


def constant(values):
    global counter
    counter += 1
    name = f"c{counter}"
    initializers.append(numpy_helper.from_array(np.asarray(values), name))
    return name


def weight(*shape, scale=None):
    scale = scale or shape[0] ** -0.5
    return constant(rng.normal(0, scale, shape).astype(np.float32))


def node(operator, *inputs, output=None, **attributes):
    output = output or f"{operator}_{len(nodes)}"
    nodes.append(helper.make_node(operator, list(inputs), [output], name=output, **attributes))
    return output


def linear(x, columns, rows=WIDTH):
    return node("Add", node("MatMul", x, weight(rows, columns)), weight(columns, scale=0.1))


def normalized(x):
    scale = constant(rng.uniform(0.5, 1.5, WIDTH).astype(np.float32))
    centred = node("Sub", x, node("ReduceMean", x, axes=[-1]))
    variance = node("ReduceMean", node("Pow", centred, constant(np.float32(2))), axes=[-1])
    unit = node("Div", centred, node("Sqrt", node("Add", variance, constant(np.float32(1e-5)))))
    return node("Add", node("Mul", unit, scale), weight(WIDTH, scale=0.1))


def heads(x, order):
    split = node("Reshape", x, constant(np.array([0, 0, HEADS, WIDTH // HEADS], np.int64)))
    return node("Transpose", split, perm=order)


def gelu(x):
    gate = node("Add", node("Erf", node("Div", x, constant(np.float32(2 ** 0.5)))), constant(np.float32(1)))
    return node("Mul", node("Mul", x, gate), constant(np.float32(0.5)))


def embedding():
    words = node("Gather", weight(WORDS, WIDTH, scale=1), "ids", axis=0)
    segments = node("Gather", weight(2, WIDTH, scale=1), "segments", axis=0)
    places = node("Gather", weight(LENGTH, WIDTH, scale=1), constant(np.arange(LENGTH, dtype=np.int64)[None]), axis=0)
    return normalized(node("Add", node("Add", words, segments), places))


def layer(x, hidden):
    query, key, value = (linear(x, WIDTH) for _ in range(3))
    scores = node("MatMul", heads(query, [0, 2, 1, 3]), heads(key, [0, 2, 3, 1]))
    scores = node("Add", node("Div", scores, constant(np.float32((WIDTH // HEADS) ** 0.5))), hidden)
    mixed = node("MatMul", node("Softmax", scores, axis=3), heads(value, [0, 2, 1, 3]))
    rows = node("Reshape", node("Transpose", mixed, perm=[0, 2, 1, 3]), constant(np.array([0, 0, WIDTH], np.int64)))
    x = normalized(node("Add", linear(rows, WIDTH), x))
    return normalized(node("Add", linear(gelu(linear(x, 4 * WIDTH)), WIDTH, rows=4 * WIDTH), x))


def model():
    x = embedding()
    mask = node("Unsqueeze", node("Unsqueeze", "mask", axes=[1]), axes=[2])
    hidden = node("Mul", node("Sub", constant(np.float32(1)), node("Cast", mask, to=TensorProto.FLOAT)),
                  constant(np.float32(-10000)))
    for _ in range(LAYERS):
        x = layer(x, hidden)
    first = node("Gather", x, constant(np.int64(0)), axis=1)
    node("Gemm", first, weight(WIDTH, 10), weight(10, scale=0.1), output="scores")
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["batch", LENGTH])
              for name in ("ids", "segments", "mask")]
    output = helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["batch", 10])
    graph = helper.make_graph(nodes, "bert", inputs, [output], initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 12)], ir_version=7)


def session(file, level, optimized=None):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = level
    options.intra_op_num_threads = 2
    if optimized:
        options.optimized_model_filepath = optimized
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def samples():
    lengths = rng.integers(4, LENGTH + 1, TEXTS)
    return {"ids": rng.integers(0, WORDS, (TEXTS, LENGTH)), "segments": rng.integers(0, 2, (TEXTS, LENGTH)),
            "mask": (np.arange(LENGTH) < lengths[:, None]).astype(np.int64)}


fused, inputs, output = sys.argv[1:4]
levels = onnxruntime.GraphOptimizationLevel
plain = model().SerializeToString()
if "dynamic" in sys.argv[4:]:
    quantize_dynamic(onnx.load_from_string(plain), fused, weight_type=QuantType.QInt8)
    plain = onnx.load(fused).SerializeToString()
session(plain, levels.ORT_ENABLE_EXTENDED, optimized=fused)
data = samples()
np.savez(inputs, **data)
np.save(output, session(plain, levels.ORT_DISABLE_ALL).run(None, data)[0])
print(sorted({node.op_type for node in onnx.load(fused).graph.node}))
