import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors

/// A graph cut into what has fixed shapes, the nodes that decide what follows, and everything behind them.
struct GraphCut {
    enum Part { case fixed, turning, rest }

    private let graph: Graph
    private let facts: [ValueName: Fact]
    /// Positions of the needed nodes in an order in which producers come first, by part.
    private(set) var nodes: [Part: [Int]] = [:]
    /// Which part computes a value. Inputs and constants are in none.
    private(set) var parts: [ValueName: Part] = [:]
    /// Positions of DequantizeLinear nodes of the fixed part that the rest repeats: its kernels take the codes themselves.
    private var repeated: [Int] = []

    /// - Parameter wanted: The values that must be computed.
    init(_ graph: Graph, facts: [ValueName: Fact], wanted: Set<ValueName>) throws(BitdepthError) {
        self.graph = graph
        self.facts = facts
        let order = try graph.topologicalOrder()
        let needed = neededPositions(order, wanted)
        for position in order where needed.contains(position) {
            let part = part(of: graph.nodes[position])
            nodes[part, default: []].append(position)
            for case let output? in graph.nodes[position].outputs { parts[output] = part }
        }
        let wantedBehind = Set((nodes[.rest] ?? []).flatMap { graph.nodes[$0].dependencies })
        repeated = (nodes[.fixed] ?? []).filter { position in
            let node = graph.nodes[position]
            return node.op == "DequantizeLinear" && node.output(0).map(wantedBehind.contains) ?? false
        }
    }

    var isWhole: Bool { nodes[.turning] == nil }

    func constant(_ name: ValueName) -> Tensor? {
        if let known = facts[name]?.constant { return known }
        return parts[name] == nil && !graph.inputs.contains { $0.name == name } ? graph.initializers[name] : nil
    }

    private func neededPositions(_ order: [Int], _ wanted: Set<ValueName>) -> Set<Int> {
        var values = wanted
        var positions = Set<Int>()
        for position in order.reversed() {
            let node = graph.nodes[position]
            let isRead = node.outputs.contains { output in
                output.map { values.contains($0) && facts[$0]?.constant == nil } ?? false
            }
            // A body may define an observed value although nobody reads what the node gives.
            guard isRead || node.subgraphs.contains(where: { !$0.ownNames.isDisjoint(with: wanted) }) else { continue }
            positions.insert(position)
            values.formUnion(node.dependencies)
        }
        return positions
    }

    private func part(of node: Node) -> Part {
        var latest = Part.fixed
        for name in node.dependencies where facts[name]?.constant == nil {
            switch parts[name] {
            case .rest: return .rest
            case .turning: latest = .turning
            case .fixed, nil: break
            }
        }
        if isDecidedInRunning(node) { return .turning }
        if latest == .turning { return .rest }
        return hasFixedShapes(node) ? .fixed : .turning
    }

    /// Control flow, and whatever handles something else than tensors.
    private func isDecidedInRunning(_ node: Node) -> Bool {
        if !node.subgraphs.isEmpty { return true }
        return (node.inputs + node.outputs).contains { name in
            name.flatMap { facts[$0]?.kind ?? port($0)?.kind }.map { $0 != .tensor } ?? false
        }
    }

    private func port(_ name: ValueName) -> Graph.Port? { graph.inputs.first { $0.name == name } }

    private func hasFixedShapes(_ node: Node) -> Bool {
        node.outputs.allSatisfy { $0.map { facts[$0]?.type.shape.shape != nil } ?? true }
    }
}

extension GraphCut {
    /// The values that nodes of one part and what comes behind it read.
    func reads(of part: Part) -> [ValueName] {
        var seen = part == .rest ? repeatedValues : []
        return positions(of: part).flatMap { graph.nodes[$0].dependencies.sorted() }.filter { seen.insert($0).inserted }
    }

    /// The values that are computed in the fixed part and again in the rest.
    var repeatedValues: Set<ValueName> { Set(repeated.compactMap { graph.nodes[$0].output(0) }) }

    private func positions(of part: Part) -> [Int] { (part == .rest ? repeated : []) + (nodes[part] ?? []) }

    /// The nodes of a part as a graph of their own.
    ///
    /// - Parameters:
    ///   - outputs: Which of its values are given out.
    ///   - observed: Further values that must be inputs of it, though no node reads them.
    func subgraph(_ part: Part, outputs: [ValueName], observed: [ValueName] = []) -> Graph {
        var result = Graph(name: graph.name)
        result.nodes = positions(of: part).map { graph.nodes[$0] }
        var seen = Set<ValueName>()
        for name in reads(of: part) + observed where seen.insert(name).inserted && parts[name] != part {
            if let constant = constant(name) {
                result.initializers[name] = constant
            } else {
                // Types of later parts are known when they are met.
                let type = part == .fixed ? facts[name]?.type : nil
                result.inputs.append(Graph.Port(name, type, kind: facts[name]?.kind ?? .tensor))
            }
        }
        for name in outputs {
            let declared = graph.outputs.first { $0.name == name }?.type
            result.outputs.append(Graph.Port(name, declared ?? facts[name]?.type, kind: facts[name]?.kind ?? .tensor))
        }
        return result
    }
}

extension Graph {
    /// Names of the values that this graph and the bodies inside it compute or take in.
    var ownNames: Set<ValueName> {
        var names = Set(inputs.map(\.name))
        for node in nodes {
            names.formUnion(node.outputs.compactMap { $0 })
            for body in node.subgraphs { names.formUnion(body.ownNames) }
        }
        return names
    }

    /// Whether nothing in it multiplies matrices: such a graph is not worth compiling for shapes that change.
    var isLight: Bool {
        nodes.allSatisfy { node in
            !Graph.heavyOperators.contains(node.op.type) && node.subgraphs.allSatisfy(\.isLight)
        }
    }

    private static let heavyOperators: Set<String> = [
        "Attention", "Conv", "ConvInteger", "ConvTranspose", "DeformConv", "Einsum", "FusedConv", "FusedGemm",
        "FusedMatMul", "GRU", "Gemm", "GroupQueryAttention", "LSTM", "LinearAttention", "MatMul", "MatMulInteger",
        "MatMulNBits", "MultiHeadAttention", "NhwcConv", "QGemm", "QLinearConv", "QLinearMatMul", "RNN",
    ]
}
