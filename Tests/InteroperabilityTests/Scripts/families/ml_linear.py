"""LinearRegressor and LinearClassifier: every transformation, inputs of several types."""
import numpy as np

from node_model import chance, floats, node_model, pick

TRANSFORMS = ["NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO"]


def cases(rng, count):
    for number in range(count):
        features, rows = int(rng.integers(1, 6)), int(rng.integers(1, 6))
        classifies = chance(rng)
        # ONNX Runtime has the regressor for FP32 only.
        element = pick(rng, [np.float32, np.float64, np.int32, np.int64]) if classifies else np.float32
        x = np.rint(floats(rng, (rows, features), 3)) if np.issubdtype(element, np.integer) else floats(rng, (rows, features))
        targets = int(rng.integers(1, 5))
        attributes = {
            "coefficients": floats(rng, targets * features).tolist(), "intercepts": floats(rng, targets).tolist(),
        }
        if classifies:
            attributes["classlabels_ints"] = [int(label) for label in rng.permutation(50)[:max(targets, 2)]]
        else:
            attributes["targets"] = targets
        # Of one score ONNX Runtime makes no softmax, nor a logistic function where it regresses.
        if targets > 1:
            attributes["post_transform"] = pick(rng, TRANSFORMS)
        elif classifies:
            attributes["post_transform"] = pick(rng, ["NONE", "LOGISTIC"])
        operator = "LinearClassifier" if classifies else "LinearRegressor"
        model, fed = node_model(
            operator, [x.astype(element)], attributes, 2 if classifies else 1, domain="ai.onnx.ml", opset=1)
        yield f"{operator} {number} {x.shape} {targets} {attributes.get('post_transform')}", model, fed, {
            "rtol": 1e-4, "atol": 1e-5}
