"""SimplifiedLayerNormalization, which ONNX Runtime has in ONNX's own domain: every axis, both outputs."""
from contrib_model import FLOATS
from node_model import chance, extents, floats, node_model


def cases(rng, count):
    for number in range(count):
        shape = extents(rng, int(rng.integers(1, 5)), 2, 6)
        axis = int(rng.integers(-len(shape), len(shape)))
        attributes = {"axis": axis} | ({"epsilon": float(rng.uniform(1e-6, 1e-1))} if chance(rng) else {})
        outputs = int(rng.integers(1, 3))
        model, fed = node_model(
            "SimplifiedLayerNormalization", [floats(rng, shape, 2), floats(rng, shape[axis:])], attributes, outputs)
        yield f"SimplifiedLayerNormalization {number} {shape} {attributes} {outputs}", model, fed, FLOATS
