"""SVMRegressor and SVMClassifier: every kernel, two classes and more, with and without probabilities."""
from node_model import chance, floats, node_model, pick


def cases(rng, count):
    for number in range(count):
        operator, attributes, features = pick(rng, [regressor, classifier, classifier])(rng)
        x = floats(rng, (int(rng.integers(1, 5)), features))
        outputs = 2 if operator == "SVMClassifier" else 1
        model, fed = node_model(operator, [x], attributes, outputs, domain="ai.onnx.ml", opset=1)
        shown = [attributes.get("kernel_type"), attributes.get("post_transform"), attributes.get("vectors_per_class")]
        yield f"{operator} {number} {x.shape} {shown} {'prob_a' in attributes}", model, fed, {
            "rtol": 1e-3, "atol": 1e-4}


def kernel(rng):
    return {
        "kernel_type": pick(rng, ["LINEAR", "POLY", "RBF", "SIGMOID"]),
        "kernel_params": [float(rng.uniform(0.1, 1)), float(rng.uniform(0, 1)), float(rng.integers(1, 4))],
    }


def regressor(rng):
    features, vectors = int(rng.integers(1, 5)), int(rng.integers(1, 6))
    attributes = {"rho": floats(rng, 1).tolist(), "one_class": int(rng.integers(2))}
    if chance(rng, 0.3):
        return "SVMRegressor", attributes | {"coefficients": floats(rng, features).tolist()}, features
    attributes |= kernel(rng) | {
        "n_supports": vectors, "coefficients": floats(rng, vectors).tolist(),
        "support_vectors": floats(rng, vectors * features).tolist(),
    }
    return "SVMRegressor", attributes, features


def classifier(rng):
    features, classes = int(rng.integers(1, 5)), int(rng.integers(2, 5))
    counts = rng.integers(1, 4, classes)
    pairs = classes * (classes - 1) // 2
    attributes = kernel(rng) | {
        "classlabels_ints": [int(label) for label in rng.permutation(50)[:classes]],
        "vectors_per_class": counts.tolist(), "rho": floats(rng, pairs).tolist(),
        "coefficients": floats(rng, (classes - 1) * counts.sum()).tolist(),
        "support_vectors": floats(rng, counts.sum() * features).tolist(),
        "post_transform": pick(rng, ["NONE", "LOGISTIC", "SOFTMAX"] if classes > 2 else ["NONE", "LOGISTIC"]),
    }
    if chance(rng):
        attributes |= {"prob_a": floats(rng, pairs).tolist(), "prob_b": floats(rng, pairs).tolist()}
    return "SVMClassifier", attributes, features
