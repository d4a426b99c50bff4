"""Softmax, LogSoftmax and Hardmax along every axis, by the newest and by the flattening definition of opset 12."""
import numpy as np

from node_model import chance, extents, floats, node_model, pick


def cases(rng, count):
    for number in range(count):
        operator = pick(rng, ["Softmax", "LogSoftmax", "Hardmax"])
        shape = extents(rng, int(rng.integers(1, 5)), 1, 5)
        axis = int(rng.integers(0, len(shape)))
        attributes = {"axis": axis - len(shape) if chance(rng) else axis} if chance(rng, 0.8) else {}
        opset = pick(rng, [11, 13, 22])
        if opset == 11 and len(shape) == 1 and not attributes:
            attributes = {"axis": 0}
        x = floats(rng, shape, pick(rng, [1.0, 10.0, 300.0]))
        if operator == "Hardmax":
            x = np.rint(x).astype(np.float32)
        if operator != "Hardmax" and chance(rng, 0.2):
            x = x.astype(np.float64)
        model, fed = node_model(operator, [x], attributes, opset=opset)
        yield f"{operator}-{opset} {number} {shape} {attributes}", model, fed, {"rtol": 1e-4, "atol": 1e-6}
