"""Makes the models of Tests/FormatsTests/Fixtures/ONNX with the package onnx, whose checker accepts all but the broken ones.

    python scripts/make-onnx-fixtures.py
"""
import pathlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(__file__).parent.parent / "Tests/FormatsTests/Fixtures/ONNX"


def value(name, shape, element=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, element, shape)


def model(graph, opset=17, functions=(), domains=()):
    imports = [helper.make_opsetid("", opset)] + [helper.make_opsetid(domain, 1) for domain in domains]
    return helper.make_model(
        graph, opset_imports=imports, ir_version=10, functions=functions, producer_name="fixtures", producer_version="1")


def save(name, proto, check=True):
    if check:
        onnx.checker.check_model(proto)
    (FOLDER / name).write_bytes(proto.SerializeToString(deterministic=True))


def small():
    weight = numpy_helper.from_array(np.arange(72 * 9, dtype=np.float32).reshape(8, 9, 3, 3) / 100, "w")
    limit = numpy_helper.from_array(np.float32(6), "six")
    conv = helper.make_node("Conv", ["x", "w"], ["c"], name="conv", pads=[1, 1, 1, 1], doc_string="a convolution")
    clip = helper.make_node("Clip", ["c", "", "six"], ["y"], name="clip")
    graph = helper.make_graph([conv, clip], "small", [value("x", ["batch", 9, 4, 4])], [value("y", ["batch", 8, 4, 4])], [weight, limit])
    graph.doc_string = "two nodes"
    graph.value_info.append(value("c", ["batch", 8, 4, 4]))
    graph.input[0].doc_string = "an image"
    graph.input[0].type.tensor_type.shape.dim[0].dim_param = "batch"
    proto = model(graph)
    helper.set_model_props(proto, {"author": "nobody", "licence": "none"})
    proto.graph.node[0].metadata_props.add(key="layer", value="first")
    save("small.onnx", proto)


def typed_data():
    kinds = [
        ("f32", TensorProto.FLOAT, [1.5, -2.0]), ("f64", TensorProto.DOUBLE, [1.5, -2.0]), ("i32", TensorProto.INT32, [1, -2]),
        ("i64", TensorProto.INT64, [1, -2]), ("i16", TensorProto.INT16, [1, -2]), ("i8", TensorProto.INT8, [1, -2]),
        ("u8", TensorProto.UINT8, [1, 254]), ("u16", TensorProto.UINT16, [1, 65534]), ("u32", TensorProto.UINT32, [1, 4294967294]),
        ("u64", TensorProto.UINT64, [1, 1 << 40]), ("b", TensorProto.BOOL, [1, 0]),
    ]
    tensors = [helper.make_tensor(name, kind, [2], values) for name, kind, values in kinds]
    for name, kind, bits in [("f16", TensorProto.FLOAT16, [0x3E00, 0xC000]), ("bf16", TensorProto.BFLOAT16, [0x3FC0, 0xC000])]:
        tensors.append(onnx.TensorProto(name=name, data_type=kind, dims=[2], int32_data=bits))
    tensors.append(onnx.TensorProto(name="i4", data_type=TensorProto.INT4, dims=[3], int32_data=[0xE1, 0x07]))
    tensors.append(onnx.TensorProto(name="u4", data_type=TensorProto.UINT4, dims=[3], int32_data=[0xE1, 0x07]))
    # Types by their numbers: older packages have no names for the newest.
    for name, kind, count, entries in [
        ("f8e4m3fn", 17, 2, [0x3C, 0xC0]), ("f8e4m3fnuz", 18, 2, [0x44, 0xC8]), ("f8e5m2", 19, 2, [0x3E, 0xC0]),
        ("f8e5m2fnuz", 20, 2, [0x42, 0xC4]), ("f8e8m0", 24, 2, [0x80, 0x7E]), ("f4", 23, 3, [0xC3, 0x07]),
        ("u2", 25, 5, [0x39, 0x02]), ("i2", 26, 5, [0x39, 0x02]), ("f6e2m3", 27, 2, [0x0C, 0x30]), ("f6e3m2", 28, 2, [0x0E, 0x30]),
    ]:
        tensors.append(onnx.TensorProto(name=name, data_type=kind, dims=[count], int32_data=entries))
    tensors.append(helper.make_tensor("long", TensorProto.FLOAT, [400], np.arange(400, dtype=np.float32)))
    tensors.append(helper.make_tensor("empty", TensorProto.FLOAT, [0], []))
    graph = helper.make_graph([helper.make_node("Identity", ["f32"], ["y"])], "typed", [], [value("y", [2])], tensors)
    # A checker older than onnx 1.23 does not know the newest types.
    save("typed-data.onnx", model(graph, opset=21), check=False)


def subgraphs():
    big = numpy_helper.from_array(np.arange(600, dtype=np.float32), "k")
    then = helper.make_graph(
        [helper.make_node("Constant", [], ["k"], value=big), helper.make_node("Add", ["x", "k"], ["t"])], "then", [], [value("t", [600])])
    other = helper.make_graph([helper.make_node("ReduceSum", ["x"], ["r"], keepdims=1), helper.make_node("Sub", ["x", "r"], ["e"])], "else", [], [value("e", [600])])
    node = helper.make_node("If", ["p"], ["y"], then_branch=then, else_branch=other)
    save("subgraphs.onnx", model(helper.make_graph([node], "if", [value("p", [], TensorProto.BOOL), value("x", [600])], [value("y", [600])])))


def functions():
    scaled = helper.make_node("LeakyRelu", ["a"], ["s"])
    alpha = scaled.attribute.add(name="alpha", type=onnx.AttributeProto.FLOAT)
    alpha.ref_attr_name = "slope"
    inner = helper.make_function("local", "Inner", ["a"], ["s"], [scaled], [helper.make_opsetid("", 17)], attributes=["slope"])
    call = helper.make_node("Inner", ["u"], ["v"], domain="local")
    call.attribute.add(name="slope", type=onnx.AttributeProto.FLOAT, f=0.25)
    outer = helper.make_function(
        "local", "Outer", ["u", "w"], ["z", "u"], [call, helper.make_node("Add", ["v", "w"], ["z"])],
        [helper.make_opsetid("", 17), helper.make_opsetid("local", 1)])
    nodes = [
        helper.make_node("Outer", ["x", "x"], ["v", "same"], domain="local", name="first"),
        helper.make_node("Outer", ["v", "same"], ["y"], domain="local", name="second"),
    ]
    graph = helper.make_graph(nodes, "calls", [value("x", [4])], [value("y", [4])])
    save("functions.onnx", model(graph, functions=[outer, inner], domains=["local"]))


def recursive_function():
    call = helper.make_node("Self", ["u"], ["z"], domain="local")
    function = helper.make_function("local", "Self", ["u"], ["z"], [call], [helper.make_opsetid("", 17), helper.make_opsetid("local", 1)])
    graph = helper.make_graph([helper.make_node("Self", ["x"], ["y"], domain="local")], "calls", [value("x", [4])], [value("y", [4])])
    save("recursive-function.onnx", model(graph, functions=[function], domains=["local"]), check=False)


def broken():
    relu = [helper.make_node("Relu", ["x"], ["y"])]
    ends = [value("x", [4])], [value("y", [4])]
    circle = [helper.make_node("Add", ["x", "b"], ["a"], name="one"), helper.make_node("Relu", ["a"], ["b"], name="two"), helper.make_node("Relu", ["b"], ["y"])]
    save("cycle.onnx", model(helper.make_graph(circle, "cycle", *ends)), check=False)
    save("twice.onnx", model(helper.make_graph(relu + relu, "twice", *ends)), check=False)
    tensor = numpy_helper.from_array(np.ones(4, np.float32), "k")
    save("twice-initializer.onnx", model(helper.make_graph(relu, "twice", *ends, [tensor, tensor])), check=False)
    huge = onnx.TensorProto(name="k", data_type=1, dims=[1 << 60], raw_data=b"1234")
    save("huge.onnx", model(helper.make_graph(relu, "huge", *ends, [huge])), check=False)
    large = onnx.TensorProto(name="k", data_type=1, dims=[1 << 46], raw_data=b"1234")
    save("large.onnx", model(helper.make_graph(relu, "large", *ends, [large])), check=False)
    negative = onnx.TensorProto(name="k", data_type=1, dims=[-1], raw_data=b"1234")
    save("negative.onnx", model(helper.make_graph(relu, "negative", *ends, [negative])), check=False)
    save("future.onnx", model(helper.make_graph(relu, "future", *ends), opset=999), check=False)
    text = helper.make_tensor("k", TensorProto.STRING, [1], [b"text"])
    save("text.onnx", model(helper.make_graph([helper.make_node("Identity", ["k"], ["y"])], "text", *ends, [text])), check=False)
    save("unused-text.onnx", model(helper.make_graph(relu, "text", *ends, [text])))
    save("unknown-operator.onnx", model(helper.make_graph([helper.make_node("Frobnicate", ["x"], ["y"], domain="acme", n=3)], "unknown", *ends), domains=["acme"]))


def external():
    (FOLDER / "weights.bin").write_bytes(b"\0" * 8 + np.arange(4, dtype=np.float32).tobytes())

    def make(name, **entries):
        tensor = onnx.TensorProto(name="k", data_type=1, dims=[4], data_location=TensorProto.EXTERNAL)
        for key, text in entries.items():
            tensor.external_data.add(key=key, value=text)
        graph = helper.make_graph(
            [helper.make_node("Add", ["x", "k"], ["y"])], "external", [value("x", [4])], [value("y", [4])], [tensor])
        save(name, model(graph), check=False)

    make("external.onnx", location="weights.bin", offset="8", length="16")
    make("external-above.onnx", location="../weights.bin")
    make("external-absolute.onnx", location="/etc/passwd")
    make("external-hidden.onnx", location="folder/../../weights.bin")
    make("external-missing.onnx", location="nowhere.bin")
    make("external-long.onnx", location="weights.bin", offset="16", length="16")
    make("external-key.onnx", location="weights.bin", offset="8", length="16", callback="evil")
    make("external-number.onnx", location="weights.bin", offset="-8", length="16")
    make("external-length.onnx", location="weights.bin", offset="8", length="8")
    make("external-link.onnx", location="link.bin")


FOLDER.mkdir(parents=True, exist_ok=True)
small()
typed_data()
subgraphs()
functions()
recursive_function()
broken()
external()
