import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

/// Nodes as a broken or malicious file may hold them: each is an error at evaluation and never a trap.
@Suite("Hostile models of classical machine learning") struct MachineLearningHostileTests {
    static let cases: [HostileNode] = (try? plain() + trees()) ?? []

    private static func plain() throws -> [HostileNode] {
        let x = try Tensor.floats([1, 2, 3, 4], [2, 2])
        let cube = try Tensor(zeros: try Shape([1, 1, 1]), type: .float32)
        let linear: [(String, Attribute)] = [("coefficients", .floats([1, 2]))]
        let machine: [(String, Attribute)] = [
            ("support_vectors", .floats([1, 2, 3, 4])), ("coefficients", .floats([1, 2])), ("rho", .floats([0])),
        ]
        return [
            hostile("Scaler", [("scale", .floats([1, 2, 3]))], x), hostile("Scaler", [("offset", .floats([]))], x),
            hostile("Normalizer", [("norm", .text("L3"))], x), hostile("Normalizer", [], cube),
            hostile("Imputer", [], x), hostile("Imputer", [("imputed_value_int64s", .ints([1]))], x),
            hostile("Imputer", [("imputed_value_floats", .floats([1, 2, 3]))], x),
            hostile("LabelEncoder", [], x), hostile("LabelEncoder", [("keys_floats", .floats([1]))], x),
            hostile("LabelEncoder", [("keys_floats", .floats([1])), ("values_int64s", .ints([1, 2]))], x),
            hostile("OneHotEncoder", [], x),
            hostile("OneHotEncoder", [("cats_int64s", .ints([1]))], try .floats([.nan])),
            HostileNode(.machineLearning("ArrayFeatureExtractor"), [x, try .ints([2])]),
            HostileNode(.machineLearning("ArrayFeatureExtractor"), [x, try .ints([.min])]),
            HostileNode(.machineLearning("ArrayFeatureExtractor"), [x, try .ints([])]),
            hostile("FeatureVectorizer", [("inputdimensions", .ints([1, 2]))], x),
            hostile("FeatureVectorizer", [("inputdimensions", .ints([.max]))], x),
            hostile("FeatureVectorizer", [("inputdimensions", .ints([-1]))], x),
            hostile("LinearRegressor", [], x), hostile("LinearRegressor", linear, cube),
            hostile("LinearRegressor", linear + [("targets", .int(2))], x),
            hostile("LinearRegressor", linear + [("targets", .int(0))], x),
            hostile("LinearRegressor", linear + [("intercepts", .floats([1, 2]))], x),
            hostile(
                "LinearRegressor", [("coefficients", .floats([])), ("targets", .int(.max))], try .floats([], [2, 0])),
            hostile("LinearClassifier", linear + [("classlabels_ints", .ints([]))], x),
            hostile("LinearClassifier", linear + [("classlabels_ints", .ints([1, 2, 3]))], x),
            hostile("SVMRegressor", [], x), hostile("SVMRegressor", machine + [("n_supports", .int(.max))], x),
            hostile("SVMRegressor", machine + [("n_supports", .int(4))], x),
            hostile("SVMRegressor", machine + [("n_supports", .int(2)), ("kernel_params", .floats([1]))], x),
            hostile("SVMClassifier", machine, x),
            hostile("SVMClassifier", machine + [("classlabels_ints", .ints([1, 2]))], cube),
            hostile("SVMClassifier", classes([.max, .max]) + machine, x),
            hostile("SVMClassifier", classes([-1, 3]) + machine, x),
            hostile("SVMClassifier", classes([2]) + machine, x),
            hostile("SVMClassifier", classes([1, 1]) + machine + [("prob_a", .floats([1]))], x),
        ]
    }

    private static func classes(_ counts: [Int]) -> [(String, Attribute)] {
        [("classlabels_ints", .ints([1, 2])), ("vectors_per_class", .ints(counts))]
    }

    /// A tree of one comparison, with one attribute at a time made wrong.
    private static func trees() throws -> [HostileNode] {
        let x = try Tensor.floats([2, 2], [1, 2])
        let wrong: [(String, Attribute)] = [
            ("nodes_nodeids", .ints([0, 0, 2])), ("nodes_nodeids", .ints([0, 1])),
            ("nodes_featureids", .ints([2, 0, 0])), ("nodes_featureids", .ints([-1, 0, 0])),
            ("nodes_featureids", .ints([.max, 0, 0])), ("nodes_values", .floats([1])),
            ("nodes_modes", .strings(["BRANCH_OR", "LEAF", "LEAF"].map { Array($0.utf8) })),
            ("nodes_truenodeids", .ints([0, 0, 0])), ("nodes_truenodeids", .ints([9, 0, 0])),
            ("nodes_truenodeids", .ints([])), ("target_ids", .ints([0, 1])), ("target_ids", .ints([0, -1])),
            ("target_nodeids", .ints([1, 7])), ("target_weights", .floats([1])), ("n_targets", .int(-1)),
            ("n_targets", .int(.max)), ("base_values", .floats([1, 2])), ("aggregate_function", .text("MODE")),
        ]
        let indexed: [(String, Attribute)] = [
            ("tree_roots", .ints([1])), ("tree_roots", .ints([-1])), ("nodes_truenodeids", .ints([.max])),
            ("nodes_trueleafs", .ints([0])), ("nodes_modes", .tensor(try .ints([6], nil, .uint8))),
            ("nodes_modes", .tensor(try .ints([7], nil, .uint8))), ("leaf_targetids", .ints([0, 4])),
            ("post_transform", .int(5)), ("aggregate_function", .int(-1)), ("nodes_featureids", .ints([2])),
        ]
        return wrong.map { hostile("TreeEnsembleRegressor", replacing($0, in: listed), x) }
            + (try indexed.map { hostile("TreeEnsemble", replacing($0, in: try indexedTree()), x) })
    }

    private static let listed: [(String, Attribute)] = [
        ("nodes_treeids", .ints([0, 0, 0])), ("nodes_nodeids", .ints([0, 1, 2])),
        ("nodes_featureids", .ints([0, 0, 0])), ("nodes_values", .floats([5, 0, 0])),
        ("nodes_modes", .strings(["BRANCH_LEQ", "LEAF", "LEAF"].map { Array($0.utf8) })),
        ("nodes_truenodeids", .ints([1, 0, 0])), ("nodes_falsenodeids", .ints([2, 0, 0])),
        ("target_treeids", .ints([0, 0])), ("target_nodeids", .ints([1, 2])), ("target_ids", .ints([0, 0])),
        ("target_weights", .floats([1, 2])), ("n_targets", .int(1)),
    ]

    private static func indexedTree() throws -> [(String, Attribute)] {
        [
            ("tree_roots", .ints([0])), ("nodes_modes", .tensor(try .ints([0], nil, .uint8))),
            ("nodes_splits", .tensor(try .floats([5]))), ("nodes_featureids", .ints([0])),
            ("nodes_trueleafs", .ints([1])), ("nodes_truenodeids", .ints([0])), ("nodes_falseleafs", .ints([1])),
            ("nodes_falsenodeids", .ints([1])), ("leaf_targetids", .ints([0, 0])),
            ("leaf_weights", .tensor(try .floats([1, 2]))),
        ]
    }

    private static func replacing(
        _ attribute: (String, Attribute), in attributes: [(String, Attribute)]
    ) -> [(String, Attribute)] {
        attributes.filter { $0.0 != attribute.0 } + [attribute]
    }

    private static func hostile(_ type: String, _ attributes: [(String, Attribute)], _ x: Tensor) -> HostileNode {
        HostileNode(.machineLearning(type), attributes, [x])
    }

    @Test("The trees that are made wrong here are right before")
    func control() throws {
        let x = try Tensor.floats([2, 2], [1, 2])
        #expect(try OneNode(.machineLearning("TreeEnsembleRegressor"), Self.listed)(x).floats() == [1])
        #expect(try OneNode(.machineLearning("TreeEnsemble"), try Self.indexedTree())(x).floats() == [1])
    }

    @Test("Every case is an error", arguments: cases)
    func refused(_ hostile: HostileNode) {
        #expect(throws: BitdepthError.self) { try hostile.evaluate() }
        hostile.inferWithAndWithoutConstants()
    }

    @Test(
        "An enormous number of samples without features is refused at once",
        arguments: ["Normalizer", "FeatureVectorizer"])
    func enormous(type: String) throws {
        let x = try Tensor(zeros: try Shape([1 << 40, 0]), type: .float32)
        let error = #expect(throws: BitdepthError.self) { try OneNode(.machineLearning(type))(x) }
        #expect(error?.code == .limitExceeded)
    }

    @Test("No case was lost")
    func count() { #expect(Self.cases.count == 64) }
}
