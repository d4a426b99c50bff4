"""FusedGemm of com.microsoft: transposed operands, C of every shape, every activation with its numbers."""
from contrib_model import FLOATS, contrib_model
from node_model import chance, extents, floats, pick

ACTIVATIONS = {
    "Elu": ("alpha",), "HardSigmoid": ("alpha", "beta"), "LeakyRelu": ("alpha",), "Relu": (),
    "Selu": ("alpha", "gamma"), "Sigmoid": (), "Softplus": (), "Softsign": (), "Tanh": (), "ThresholdedRelu": ("alpha",),
}


def cases(rng, count):
    for number in range(count):
        rows, depth, columns = extents(rng, 3, 1, 7)
        attributes = {
            "transA": int(chance(rng)), "transB": int(chance(rng)), "alpha": float(rng.uniform(-2, 2)),
            "beta": float(rng.uniform(-2, 2)),
        }
        name = pick(rng, list(ACTIVATIONS))
        attributes["activation"] = name
        for parameter in ACTIVATIONS[name]:
            attributes[f"activation_{parameter}"] = float(rng.uniform(0.1, 1.5))
        shape = pick(rng, [None, (columns,), (rows, columns), (1, columns), (rows, 1), ()])
        inputs = [
            floats(rng, (depth, rows) if attributes["transA"] else (rows, depth)),
            floats(rng, (columns, depth) if attributes["transB"] else (depth, columns)),
            None if shape is None else floats(rng, shape),
        ]
        model, fed = contrib_model("FusedGemm", inputs, attributes)
        yield f"FusedGemm {number} {rows} {depth} {columns} {shape} {attributes}", model, fed, FLOATS
