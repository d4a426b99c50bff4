"""QLinearLeakyRelu of com.microsoft: as QLinearSigmoid, with slopes of either sign."""
from families import ms_qlinearsigmoid
from node_model import chance


def slope(rng):
    return {"alpha": float(rng.uniform(-0.5, 1.5))} if chance(rng, 0.8) else {}


def cases(rng, count):
    return ms_qlinearsigmoid.cases(rng, count, "QLinearLeakyRelu", slope, (0.01, 0.1))
