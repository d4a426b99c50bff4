"""TreeEnsemble, TreeEnsembleRegressor and TreeEnsembleClassifier: every comparison, aggregation and transformation."""
import numpy as np

from node_model import chance, node_model, pick
from random_trees import MODES, Tree, indexed, listed

THRESHOLDS = [-1.5, -0.5, 0.0, 0.5, 1.0, 2.0]
FEATURES = 4
TRANSFORMS = ["NONE", "SOFTMAX", "LOGISTIC"]


def cases(rng, count):
    makers = [regressor, classifier, binary_classifier, ensemble]
    for number in range(count):
        element = pick(rng, [np.float32, np.float32, np.float64])
        # Values that lie on thresholds, so that equality matters.
        x = rng.choice(THRESHOLDS + [-2.0, 0.25, 3.0], (int(rng.integers(1, 5)), FEATURES)).astype(element)
        modes = MODES if chance(rng) else [pick(rng, MODES)]
        if "BRANCH_NEQ" not in modes:
            # A missing value tracks false unless told otherwise; in ONNX Runtime it differs from every threshold.
            x = np.where(rng.random(x.shape) < 0.15, np.nan, x).astype(element)
        trees = [Tree(rng, FEATURES, int(rng.integers(1, 4)), modes, THRESHOLDS) for _ in range(int(rng.integers(1, 5)))]
        operator, attributes, outputs, opset = pick(rng, makers)(rng, trees, element)
        model, fed = node_model(operator, [x], attributes, outputs, domain="ai.onnx.ml", opset=opset)
        shown = {name: attributes[name] for name in ("aggregate_function", "post_transform") if name in attributes}
        yield f"{operator} {number} {x.shape} {shown}", model, fed, {"rtol": 1e-5, "atol": 1e-6}


def weight(rng):
    return float(np.float32(rng.standard_normal()))


def regressor(rng, trees, _):
    targets = int(rng.integers(1, 4))
    votes = [
        (number, leaf, target, weight(rng))
        for number, tree in enumerate(trees) for leaf in tree.leaves() for target in range(targets)
    ]
    # To a single score ONNX Runtime applies no transformation but PROBIT.
    attributes = {
        "n_targets": targets, "aggregate_function": pick(rng, ["SUM", "AVERAGE", "MIN", "MAX"]),
        "post_transform": pick(rng, TRANSFORMS) if targets > 1 else "NONE",
    }
    if chance(rng):
        attributes["base_values"] = [weight(rng) for _ in range(targets)]
    return "TreeEnsembleRegressor", attributes | listed(trees, votes, "target"), 1, pick(rng, [1, 3])


def classifier(rng, trees, _):
    """Three classes or more; every leaf votes for all: ONNX Runtime takes a class without a vote out of the choice."""
    classes = int(rng.integers(3, 6))
    votes = [
        (number, leaf, target, weight(rng))
        for number, tree in enumerate(trees) for leaf in tree.leaves() for target in range(classes)
    ]
    attributes = {
        "classlabels_int64s": [int(label) for label in rng.permutation(50)[:classes]],
        "post_transform": pick(rng, TRANSFORMS),
    }
    if chance(rng):
        attributes["base_values"] = [weight(rng) for _ in range(classes)]
    return "TreeEnsembleClassifier", attributes | listed(trees, votes, "class"), 2, pick(rng, [1, 3])


def binary_classifier(rng, trees, _):
    """Two classes, one score. With votes for both of two classes, ONNX Runtime's label is not that of the top class."""
    positive = chance(rng)
    votes = [
        (number, leaf, 0, abs(weight(rng)) / len(trees) if positive else weight(rng))
        for number, tree in enumerate(trees) for leaf in tree.leaves()
    ]
    attributes = {
        "classlabels_int64s": [int(label) for label in rng.permutation(50)[:2]],
        "post_transform": pick(rng, ["NONE", "LOGISTIC"]),
    }
    if chance(rng):
        attributes["base_values"] = [weight(rng) / 4]
    return "TreeEnsembleClassifier", attributes | listed(trees, votes, "class"), 2, pick(rng, [1, 3])


def ensemble(rng, trees, element):
    trees = [tree for tree in trees if len(tree.nodes) > 1] or [Tree(rng, FEATURES, 2, MODES[:4], THRESHOLDS)]
    targets = int(rng.integers(1, 4))
    votes = {
        (number, leaf): (int(rng.integers(targets)), weight(rng))
        for number, tree in enumerate(trees) for leaf in tree.leaves()
    }
    # By the specification 1 is SOFTMAX and 2 LOGISTIC; in ONNX Runtime they are the other way round.
    attributes = {"n_targets": targets, "aggregate_function": int(rng.integers(4)), "post_transform": 0}
    return "TreeEnsemble", attributes | indexed(trees, votes, element), 1, 5
