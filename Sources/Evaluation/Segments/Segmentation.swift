import BitdepthGraphs
import BitdepthPasses
import BitdepthTensors

/// A graph cut into segments that run one after the other, each with few enough constants.
///
/// A node stands with the latest of its producers unless its constants do not fit there, so that what kernels fuse stays
/// together: a sum with its bias, its activation and its QuantizeLinear. What costs nothing to repeat, DequantizeLinear and
/// nodes of constants alone, is repeated in every segment that reads it.
struct Segmentation {
    let graph: Graph
    let index: GraphIndex
    private(set) var segments: [Segment] = []
    /// The segment that gives a value out; what no node computes is in the first.
    private(set) var homes: [ValueName: Int] = [:]
    /// Nodes that are repeated where they are read, by position.
    private(set) var repeated: [Int: Repeated] = [:]
    private let inputs: Set<ValueName>
    private let budget: MemoryBudget

    struct Segment {
        /// Positions of the nodes, producers first.
        var nodes: [Int] = []
        fileprivate var constants = Set<ValueName>()
        fileprivate var bytes = 0
    }

    struct Repeated {
        /// The first segment in which it can be computed.
        fileprivate var segment: Int
        /// The constants that it depends on.
        fileprivate var constants: Set<ValueName>
        fileprivate var isConstant: Bool
    }

    /// - Parameter wanted: The values that must be computed.
    init(_ graph: Graph, wanted: Set<ValueName>, budget: MemoryBudget) throws(BitdepthError) {
        self.graph = graph
        self.budget = budget
        index = GraphIndex(graph)
        inputs = Set(graph.inputs.map(\.name))
        let order = try graph.topologicalOrder()
        let needed = neededPositions(order, wanted)
        for position in order where needed.contains(position) {
            repeated[position] = repetition(position)
            let values = Set(graph.nodes[position].outputs.compactMap { $0 }).union(graph.nodes[position].bodyValues)
            guard repeated[position] == nil || !values.isDisjoint(with: wanted) else { continue }
            let segment = place(position)
            for value in values { homes[value] = segment }
        }
        if segments.isEmpty { segments.append(Segment()) }
        for value in wanted where homes[value] == nil { homes[value] = 0 }
    }

    private func neededPositions(_ order: [Int], _ wanted: Set<ValueName>) -> Set<Int> {
        var values = wanted
        var positions = Set<Int>()
        for position in order.reversed() {
            let node = graph.nodes[position]
            let isRead = node.outputs.contains { $0.map(values.contains) ?? false }
            guard isRead || !node.bodyValues.isDisjoint(with: wanted) else { continue }
            positions.insert(position)
            values.formUnion(node.dependencies)
        }
        return positions
    }

    /// More constants than this one node of a network never combines.
    private static let mostConstants = 64

    private func repetition(_ position: Int) -> Repeated? {
        let node = graph.nodes[position]
        let names = node.dependencies
        guard node.isDeterministic, !names.isEmpty else { return nil }
        let parameters = names.dropFirst(node.op == "DequantizeLinear" ? 1 : 0)
        guard parameters.allSatisfy(isConstant) else { return nil }
        let found = constants(of: position)
        guard found.count <= Segmentation.mostConstants else { return nil }
        return Repeated(segment: earliest(position), constants: found, isConstant: names.allSatisfy(isConstant))
    }

    private func isConstant(_ name: ValueName) -> Bool {
        if let producer = index.producer[name] { return repeated[producer]?.isConstant ?? false }
        return graph.initializers[name] != nil && !inputs.contains(name)
    }

    private mutating func place(_ position: Int) -> Int {
        let needed = constants(of: position).filter { bytes($0) > budget.ignoredBytes && !isVector($0) }
        let own = graph.nodes[position].bodyBytes
        var segment = earliest(position)
        if segments.isEmpty { segments.append(Segment()) }
        while !hasRoom(segments[segment], needed, own) {
            segment += 1
            if segment == segments.count { segments.append(Segment()) }
        }
        segments[segment].bytes = total(segments[segment], needed, own)
        segments[segment].nodes.append(position)
        segments[segment].constants.formUnion(needed)
        return segment
    }

    private func hasRoom(_ segment: Segment, _ needed: Set<ValueName>, _ own: Int) -> Bool {
        let total = total(segment, needed, own)
        return segment.bytes == 0 || total == segment.bytes || total <= budget.segmentBytes
    }

    /// A vector weighs little beside the matrix that it is added to, and kernels of sums begin with it: a bias in another
    /// segment would be rounded by itself.
    private func isVector(_ name: ValueName) -> Bool {
        graph.initializers[name].map { $0.count == $0.shape.dimensions.max() ?? 1 } ?? false
    }

    /// Bytes of a segment with what one more node would add.
    private func total(_ segment: Segment, _ needed: Set<ValueName>, _ own: Int) -> Int {
        needed.subtracting(segment.constants).map(bytes).reduce(segment.bytes.addingSaturated(own)) {
            $0.addingSaturated($1)
        }
    }

    private func bytes(_ name: ValueName) -> Int { graph.initializers[name]?.byteCount ?? 0 }

    /// The first segment in which everything that a node reads is known.
    private func earliest(_ position: Int) -> Int {
        graph.nodes[position].dependencies.map { name in
            index.producer[name].flatMap { repeated[$0]?.segment } ?? homes[name] ?? 0
        }.max() ?? 0
    }

    /// Constants that a node reads, through nodes that are repeated with it too.
    private func constants(of position: Int) -> Set<ValueName> {
        var found = Set<ValueName>()
        for name in graph.nodes[position].dependencies {
            if let producer = index.producer[name] {
                found.formUnion(repeated[producer]?.constants ?? [])
            } else if graph.initializers[name] != nil {
                found.insert(name)
            }
        }
        return found
    }
}

extension Node {
    /// Names of the values that the bodies of a node compute.
    var bodyValues: Set<ValueName> {
        var names = Set<ValueName>()
        for node in subgraphs.flatMap(\.nodes) {
            names.formUnion(node.outputs.compactMap { $0 })
            names.formUnion(node.bodyValues)
        }
        return names
    }

    /// Bytes of the constants of a node's bodies.
    fileprivate var bodyBytes: Int { subgraphs.reduce(0) { $0.addingSaturated($1.constantBytes) } }
}
