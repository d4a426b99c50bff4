"""Random decision trees in the two spellings of ai.onnx.ml: one list of nodes, and inner nodes apart from leaves."""
import numpy as np
from onnx import TensorProto, helper

from node_model import chance

MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]


class Tree:
    """A tree of at most `depth` comparisons on a path; nodes are numbered in the order in which they are met."""

    def __init__(self, rng, features, depth, modes, thresholds):
        self.nodes = []
        self.grow(rng, features, depth, modes, thresholds)

    def grow(self, rng, features, depth, modes, thresholds):
        node = {"id": len(self.nodes)}
        self.nodes.append(node)
        if depth > 0 and (depth > 1 or chance(rng, 0.7)):
            node["feature"] = int(rng.integers(features))
            node["mode"] = modes[int(rng.integers(len(modes)))]
            node["value"] = float(thresholds[int(rng.integers(len(thresholds)))])
            node["missing"] = int(rng.integers(2))
            node["true"] = self.grow(rng, features, depth - 1, modes, thresholds)
            node["false"] = self.grow(rng, features, depth - 1, modes, thresholds)
        return node["id"]

    def leaves(self):
        return [node["id"] for node in self.nodes if "mode" not in node]


def listed(trees, votes, prefix):
    """Attributes of versions 1 to 3; `votes` are tuples of tree, node, target and weight."""
    rows = [(number, node) for number, tree in enumerate(trees) for node in tree.nodes]
    return {
        "nodes_treeids": [number for number, _ in rows],
        "nodes_nodeids": [node["id"] for _, node in rows],
        "nodes_modes": [node.get("mode", "LEAF") for _, node in rows],
        "nodes_featureids": [node.get("feature", 0) for _, node in rows],
        "nodes_values": [node.get("value", 0.0) for _, node in rows],
        "nodes_truenodeids": [node.get("true", 0) for _, node in rows],
        "nodes_falsenodeids": [node.get("false", 0) for _, node in rows],
        "nodes_missing_value_tracks_true": [node.get("missing", 0) for _, node in rows],
        f"{prefix}_treeids": [vote[0] for vote in votes],
        f"{prefix}_nodeids": [vote[1] for vote in votes],
        f"{prefix}_ids": [vote[2] for vote in votes],
        f"{prefix}_weights": [vote[3] for vote in votes],
    }


def indexed(trees, votes, element):
    """Attributes of version 5; every leaf has one vote, a tuple of target and weight by tree and node."""
    inner = [(number, node["id"]) for number, tree in enumerate(trees) for node in tree.nodes if "mode" in node]
    leaves = [(number, leaf) for number, tree in enumerate(trees) for leaf in tree.leaves()]
    nodes = [trees[number].nodes[node] for number, node in inner]
    branches = {}
    for side in ("true", "false"):
        ends = [(number, node[side]) for (number, _), node in zip(inner, nodes)]
        branches[f"nodes_{side}leafs"] = [int(end in leaves) for end in ends]
        branches[f"nodes_{side}nodeids"] = [(leaves if end in leaves else inner).index(end) for end in ends]
    real = helper.np_dtype_to_tensor_dtype(np.dtype(element))
    return branches | {
        "tree_roots": [inner.index((number, 0)) for number in range(len(trees))],
        "nodes_featureids": [node["feature"] for node in nodes],
        "nodes_modes": helper.make_tensor(
            "modes", TensorProto.UINT8, [len(nodes)], [MODES.index(node["mode"]) for node in nodes]),
        "nodes_splits": helper.make_tensor("splits", real, [len(nodes)], [node["value"] for node in nodes]),
        "nodes_missing_value_tracks_true": [node["missing"] for node in nodes],
        "leaf_targetids": [votes[leaf][0] for leaf in leaves],
        "leaf_weights": helper.make_tensor("weights", real, [len(leaves)], [votes[leaf][1] for leaf in leaves]),
    }
