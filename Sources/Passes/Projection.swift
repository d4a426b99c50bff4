import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// A product with a constant matrix, the bias behind it, and what splits its columns into heads.
struct Projection {
    private var nodes: [Node]
    /// How many of the nodes, the first ones, read the constants: the product, and the sum behind it.
    private let linearCount: Int
    private var constants: [(name: ValueName, scaled: Tensor)] = []

    private static let isMatrix: @Sendable (Tensor) -> Bool = { $0.type.isFloatingPoint && $0.shape.rank >= 2 }
    private static let weight = Pattern.constant("weight", where: isMatrix)

    /// `x·W + b`, as MatMul and Add or as Gemm.
    private static let linear = Pattern.either(
        .commutative(
            "Add", .node("MatMul", inputs: [.value(), weight], as: "product"), .constant("bias"), as: "sum"),
        .node("MatMul", inputs: [.value(), weight], as: "product"),
        .node("Gemm", inputs: [.value(), weight, .optional(.constant("bias"))], as: "product"))

    private static func moved(_ value: Pattern, as name: String) -> Pattern {
        .node("Reshape", "Transpose", "Unsqueeze", "Squeeze", inputs: [value], as: name, furtherInputs: true)
    }

    /// The product itself, or up to three nodes that move its elements about.
    static let chain: Pattern = {
        let first = moved(linear, as: "first")
        let second = moved(first, as: "second")
        return .either(linear, first, second, moved(second, as: "third"))
    }()

    /// Names of the pattern's nodes, in the order of the dataflow.
    private static let parts = ["product", "sum", "first", "second", "third"]

    /// The last node of the chain.
    static func last(of match: Match) -> Node? { parts.compactMap { match.optionalNode($0) }.last }

    /// The chain that ``chain`` matched, its result multiplied with a number; `nil` where a weight would become infinite.
    init?(_ match: Match, times factor: Double) throws(BitdepthError) {
        nodes = Self.parts.compactMap { match.optionalNode($0) }
        linearCount = match.optionalNode("sum") == nil ? 1 : 2
        for part in ["weight", "bias"] {
            guard let name = match.optionalValue(part), let constant = match.optionalConstant(part) else { continue }
            guard
                let scaled = try Tensor(
                    finite: constant.doubles().map { $0 * factor }, shape: constant.shape, type: constant.type)
            else { return nil }
            constants.append((name, scaled))
        }
    }

    /// Adds a node behind the chain.
    mutating func append(_ node: Node) { nodes.append(node) }

    /// Puts the nodes, with their new constants, in the place of the match.
    func replace(in replacement: inout Replacement) {
        var nodes = nodes
        for (name, scaled) in constants {
            let changed = replacement.change(name, to: scaled)
            for index in nodes.indices.prefix(linearCount) {
                // What is multiplied, and what follows the projection, may be the same constant and stays as it is.
                let first = nodes[index].op == "Add" ? 0 : 1
                for slot in nodes[index].inputs.indices.dropFirst(first) where nodes[index].inputs[slot] == name {
                    nodes[index].inputs[slot] = changed
                }
            }
        }
        if let last = nodes.indices.last { nodes[last].outputs = [replacement.output] }
        for node in nodes { replacement.add(node) }
    }
}
