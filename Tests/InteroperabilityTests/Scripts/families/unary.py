"""Functions of single elements with random parameters, in float and double."""
import numpy as np

from node_model import chance, extents, floats, node_model, pick

FUNCTIONS = {
    "Abs": [], "Acos": [], "Acosh": [], "Asin": [], "Asinh": [], "Atan": [], "Atanh": [], "Ceil": [], "Cos": [],
    "Cosh": [], "Erf": [], "Exp": [], "Floor": [], "Log": [], "Neg": [], "Reciprocal": [], "Round": [], "Sign": [],
    "Sin": [], "Sinh": [], "Sqrt": [], "Tan": [], "Tanh": [], "Sigmoid": [], "Softplus": [], "Softsign": [],
    "HardSwish": [], "Mish": [], "Celu": ["alpha"], "Elu": ["alpha"], "HardSigmoid": ["alpha", "beta"],
    "LeakyRelu": ["alpha"], "Selu": ["alpha", "gamma"], "ThresholdedRelu": ["alpha"], "Shrink": ["bias", "lambd"],
    "Gelu": [],
}


def cases(rng, count):
    for number in range(count):
        operator, parameters = pick(rng, list(FUNCTIONS.items()))
        attributes = {name: float(rng.uniform(0.1, 1.5)) for name in parameters if chance(rng, 0.7)}
        if operator == "Gelu" and chance(rng):
            attributes["approximate"] = "tanh"
        x = floats(rng, extents(rng, int(rng.integers(0, 4)), 1, 5), pick(rng, [0.5, 3.0, 30.0]))
        if operator == "Round":
            x = np.rint(x * 2).astype(np.float32) / 2
        if operator == "Acosh":
            x = np.abs(x) + 1
        model, fed = node_model(operator, [np.asarray(x, np.float32)], attributes)
        yield f"{operator} {number} {attributes}", model, fed, {"rtol": 2e-5, "atol": 2e-6}
