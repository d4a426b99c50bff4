import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Recognises LayerNormalization where an exporter spelled it out as ReduceMean, Sub, Pow, ReduceMean, Add, Sqrt, Div, Mul, Add.
///
/// Source: ONNX LayerNormalization-17; Ba et al. 2016 (arXiv 1607.06450).
public struct NormalizationFusion: Pass {
    public let name = "fuse normalizations"
    /// Operators that are younger than this version of the operator set are not made.
    public let opset: Int

    public init(opset: Int = .max) { self.opset = opset }

    public func run(_ graph: inout Graph) throws(BitdepthError) -> Int {
        guard opset >= 17 else { return 0 }
        let facts = try ShapeInference.facts(of: graph, tolerant: true)
        return try Rewriter.apply([Self.layerNormalization(facts)], to: &graph)
    }

    private static func mean(_ value: Pattern, axes: String) -> Pattern {
        .node("ReduceMean", inputs: [value, .constant(axes)]) { node in
            node.attributes["keepdims"].map { $0 == .int(1) } ?? true
        }
    }

    /// `(x − mean) / √(mean((x − mean)²) + ε) · scale + bias`.
    private static let pattern: Pattern = {
        let x = Pattern.value("x")
        let centred = Pattern.node("Sub", inputs: [x, mean(x, axes: "axes")], as: "centred")
        let squares = Pattern.either(
            .node("Pow", inputs: [centred, .scalar(2)]), .commutative("Mul", centred, centred))
        let variance = mean(squares, axes: "variance axes")
        let deviation = Pattern.node(
            "Sqrt", inputs: [.commutative("Add", variance, .constant("epsilon") { $0.count == 1 })])
        let normalized = Pattern.either(
            .node("Div", inputs: [centred, deviation]),
            .commutative("Mul", centred, .node("Reciprocal", inputs: [deviation])))
        return .commutative("Add", .commutative("Mul", normalized, .value("scale")), .value("bias"))
    }()

    private static func layerNormalization(_ facts: [ValueName: Fact]) -> RewriteRule {
        RewriteRule("LayerNormalization", pattern) { match, replacement throws(BitdepthError) in
            let x = try match.value("x")
            let scale = try match.value("scale")
            let bias = try match.value("bias")
            guard
                let type = facts[x]?.type, type.element.isFloatingPoint, type.element != .float64,
                let count = try trailingAxes(match.constant("axes"), rank: type.shape.rank),
                try trailingAxes(match.constant("variance axes"), rank: type.shape.rank) == count,
                let normalized = type.shape.dimensions.map({ PartialShape(Array($0.suffix(count))) })?.shape,
                // Exactly the normalised extents: another shape would broadcast where LayerNormalization does not.
                facts[scale]?.type == TensorType(type.element, normalized),
                facts[bias]?.type == TensorType(type.element, normalized),
                let epsilon = try match.constant("epsilon").doubles().first
            else { return false }
            replacement.add(
                Node(
                    "LayerNormalization", name: match.root.name, inputs: [x, scale, bias],
                    outputs: [replacement.output],
                    attributes: ["axis": .int(-count), "epsilon": .float(Float(epsilon))]))
            return true
        }
    }

    /// How many axes are reduced, where they are the last ones.
    private static func trailingAxes(_ axes: Tensor, rank: Int?) throws(BitdepthError) -> Int? {
        guard let rank else { return nil }
        let sorted = try axes.integers().map { $0 < 0 ? $0 + rank : $0 }.sorted()
        guard !sorted.isEmpty, sorted.count <= rank, sorted == Array(rank - sorted.count..<rank) else { return nil }
        return sorted.count
    }
}
