/// Who produces and who consumes each value of a graph at one moment; make a new one after editing.
public struct GraphIndex: Sendable {
    /// Position of the producing node in `graph.nodes`.
    public let producer: [ValueName: Int]
    /// Positions of consuming nodes, ascending, one entry per input that reads the value. A value that only a subgraph
    /// reads is counted at the node that carries the subgraph.
    public let consumers: [ValueName: [Int]]
    public let outputs: Set<ValueName>

    public init(_ graph: Graph) {
        var producer: [ValueName: Int] = [:]
        var consumers: [ValueName: [Int]] = [:]
        for (position, node) in graph.nodes.enumerated() {
            for case let output? in node.outputs { producer[output] = position }
            for case let input? in node.inputs { consumers[input, default: []].append(position) }
            for captured in node.subgraphs.flatMap({ $0.capturedValues }) {
                consumers[captured, default: []].append(position)
            }
        }
        self.producer = producer
        self.consumers = consumers
        outputs = Set(graph.outputs.map(\.name))
    }

    /// The only consumer of a value that is not an output of the graph; `nil` when there is none or several.
    public func onlyConsumer(of value: ValueName) -> Int? {
        guard !outputs.contains(value), let positions = consumers[value], positions.count == 1 else { return nil }
        return positions[0]
    }

    public func isUsed(_ value: ValueName) -> Bool { outputs.contains(value) || consumers[value] != nil }
}

extension Graph {
    /// Names that nodes or outputs read but nothing inside defines: what a subgraph takes from the graph around it.
    public var capturedValues: Set<ValueName> {
        var defined = Set(inputs.map(\.name)).union(initializers.keys)
        var read = Set<ValueName>()
        for node in nodes {
            for case let output? in node.outputs { defined.insert(output) }
            for case let input? in node.inputs { read.insert(input) }
            for subgraph in node.subgraphs { read.formUnion(subgraph.capturedValues) }
        }
        read.formUnion(outputs.map(\.name))
        return read.subtracting(defined)
    }
}
