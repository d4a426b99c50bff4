import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

@Suite("Decision trees") struct MachineLearningTreeTests {
    /// x₀ ≤ 1 ? leaf 1 : (x₁ > 0 ? leaf 3 : leaf 4), as versions 1 to 3 list it; a missing x₁ is true.
    static let nodes: [(String, Attribute)] = [
        ("nodes_treeids", .ints([0, 0, 0, 0, 0])), ("nodes_nodeids", .ints([0, 1, 2, 3, 4])),
        ("nodes_featureids", .ints([0, 0, 1, 0, 0])), ("nodes_values", .floats([1, 0, 0, 0, 0])),
        ("nodes_modes", .strings(["BRANCH_LEQ", "LEAF", "BRANCH_GT", "LEAF", "LEAF"].map { Array($0.utf8) })),
        ("nodes_truenodeids", .ints([1, 0, 3, 0, 0])), ("nodes_falsenodeids", .ints([2, 0, 4, 0, 0])),
        ("nodes_missing_value_tracks_true", .ints([0, 0, 1, 0, 0])),
    ]

    /// Samples that reach leaves 1, 3, 4, and 3 again for what is missing: NaN fails the first comparison.
    private func samples() throws -> Tensor { try .floats([1, 0, 2, 1, 2, 0, .nan, .nan], [4, 2]) }

    private func votes(_ prefix: String, targets: [Int], weights: [Float]) -> [(String, Attribute)] {
        [
            ("\(prefix)_treeids", .ints([0, 0, 0])), ("\(prefix)_nodeids", .ints([1, 3, 4])),
            ("\(prefix)_ids", .ints(targets)), ("\(prefix)_weights", .floats(weights)),
        ]
    }

    @Test("A regressor adds the votes of the leaves that samples reach to its base values")
    func regressor() throws {
        let node = OneNode(
            .machineLearning("TreeEnsembleRegressor"),
            Self.nodes + votes("target", targets: [0, 1, 1], weights: [10, 20, 30])
                + [("n_targets", .int(2)), ("base_values", .floats([1, 2]))])
        #expect(try node(try samples()) == Tensor.floats([11, 2, 1, 22, 1, 32, 1, 22], [4, 2]))
    }

    @Test("Of three classes the one with most votes wins, a class without votes having none")
    func classifier() throws {
        let node = OneNode(
            .machineLearning("TreeEnsembleClassifier"),
            Self.nodes + votes("class", targets: [2, 0, 1], weights: [1, 2, -3])
                + [("classlabels_int64s", .ints([7, 8, 9]))], outputs: 2)
        let results = try node.evaluate([try samples()])
        #expect(try results[0].integers() == [9, 7, 7, 7])
        #expect(try results[1].floats() == [0, 0, 1, 2, 0, 0, 0, -3, 0, 2, 0, 0])
    }

    @Test(
        "Votes for the first of two classes are the score of the second, decided at zero, or at a half without negatives",
        arguments: [
            ([0.25, 0.75, 1] as [Float], [7, 8, 8, 8], [0.75, 0.25, 0.25, 0.75, 0, 1, 0.25, 0.75] as [Float]),
            ([0.25, -0.75, 1], [8, 7, 8, 7], [-0.25, 0.25, 0.75, -0.75, -1, 1, 0.75, -0.75]),
        ])
    func binary(_ weights: [Float], _ labels: [Int], _ scores: [Float]) throws {
        let node = OneNode(
            .machineLearning("TreeEnsembleClassifier"),
            Self.nodes + votes("class", targets: [0, 0, 0], weights: weights)
                + [("classlabels_int64s", .ints([7, 8]))], outputs: 2)
        let results = try node.evaluate([try samples()])
        #expect(try results[0].integers() == labels)
        #expect(try results[1].floats() == scores)
    }

    @Test("Version 5 keeps leaves apart and knows membership in sets")
    func ensemble() throws {
        let node = OneNode(
            .machineLearning("TreeEnsemble"),
            [
                ("n_targets", .int(4)), ("aggregate_function", .int(1)), ("tree_roots", .ints([0])),
                ("membership_values", .tensor(try .floats([1.2, 3.7, 8, 9, .nan, 12, 7, .nan]))),
                ("nodes_modes", .tensor(try .ints([0, 6, 6], nil, .uint8))), ("nodes_featureids", .ints([0, 0, 0])),
                ("nodes_splits", .tensor(try .floats([11, 232_344, .nan]))),
                ("nodes_trueleafs", .ints([0, 1, 1])), ("nodes_truenodeids", .ints([1, 0, 1])),
                ("nodes_falseleafs", .ints([1, 0, 1])), ("nodes_falsenodeids", .ints([2, 2, 3])),
                ("leaf_targetids", .ints([0, 1, 2, 3])), ("leaf_weights", .tensor(try .floats([1, 10, 1000, 100]))),
            ])
        // Numbers of test_ai_onnx_ml_tree_ensemble_set_membership.
        let y = try node(try .floats([1.2, 3.4, -0.12, .nan, 12, 7], [6, 1]))
        let rows = [
            [1, 0, 0, 0], [0, 0, 0, 100], [0, 0, 0, 100], [0, 0, 1000, 0], [0, 0, 1000, 0], [0, 10, 0, 0],
        ]
        #expect(try y == Tensor.floats(rows.flatMap { $0 }.map { Float($0) }, [6, 4]))
    }

    @Test("Aggregations take the sum, the mean over all trees, the least or the largest vote")
    func aggregations() {
        let votes = [2.0, 6].map { DecisionForest.Vote(target: 1, weight: $0) }
        let results = VoteAggregation.allCases.map { $0.scores(votes, targets: 2, trees: 4) }
        #expect(results == [[0, 2], [0, 8], [0, 2], [0, 6]])
    }
}
