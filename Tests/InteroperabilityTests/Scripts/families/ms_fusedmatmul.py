"""FusedMatMul of com.microsoft: every exchange of axes, batches that broadcast, vectors."""
import numpy as np

from contrib_model import FLOATS, contrib_model
from families.ms_matmulinteger16 import operands
from node_model import chance, floats


def arranged(shape, transposes, batch):
    """The shape of an operand that becomes `shape` by the exchanges of axes."""
    shape = list(shape)
    if transposes:
        shape[-1], shape[-2] = shape[-2], shape[-1]
    return (shape[-2], *shape[:-2], shape[-1]) if batch else tuple(shape)


def cases(rng, count, operator="FusedMatMul", with_batches=True):
    for number in range(count):
        a, b = operands(rng)
        attributes = {"alpha": float(rng.uniform(-2, 2))} if chance(rng, 0.7) else {}
        for name, shape in (("A", a), ("B", b)):
            attributes[f"trans{name}"] = int(chance(rng))
            if with_batches:
                attributes[f"transBatch{name}"] = int(len(a) == len(b) >= 3 and chance(rng))
        left = arranged(a, attributes["transA"], attributes.get("transBatchA"))
        right = arranged(b, attributes["transB"], attributes.get("transBatchB"))
        if chance(rng, 0.1) and len(a) == len(b) == 2:
            left = (a[-1],)
        kind = np.float64 if operator == "FusedMatMul" and chance(rng, 0.2) else np.float32
        model, fed = contrib_model(operator, [floats(rng, left).astype(kind), floats(rng, right).astype(kind)], attributes)
        yield f"{operator} {number} {left} {right} {attributes} {kind.__name__}", model, fed, FLOATS
