import BitdepthTensors

/// Collects "read this value instead of that one" for a whole graph and carries it out at once.
///
/// Outputs of the graph keep their names: where the forwarded value is one, the other value takes over its name if it
/// can, and else an Identity must stay in between.
public struct ValueForwarding: Sendable {
    private var renames: [ValueName: ValueName] = [:]
    private let produced: Set<ValueName>
    private let outputs: Set<ValueName>

    public init(_ graph: Graph) {
        produced = Set(graph.nodes.flatMap { $0.outputs.compactMap { $0 } })
        outputs = Set(graph.outputs.map(\.name))
    }

    /// Lets readers of `old` read `new`.
    ///
    /// - Returns: Whether the producer of `old` may go. If not, it must become an Identity that reads `new`: `old` is an
    ///   output of the graph and `new` cannot take its name, being an output, an input or an initializer itself.
    public mutating func forward(_ old: ValueName, to new: ValueName) -> Bool {
        let (old, new) = (resolve(old), resolve(new))
        if old == new { return true }
        if !outputs.contains(old) {
            renames[old] = new
            return true
        }
        guard produced.contains(new), !outputs.contains(new) else { return false }
        renames[new] = old
        return true
    }

    /// Renames what was forwarded, in subgraphs too. Producers of forwarded values must be gone by now.
    public func apply(to graph: inout Graph) {
        guard !renames.isEmpty else { return }
        for position in graph.nodes.indices {
            let captured = Set(graph.nodes[position].subgraphs.flatMap(\.capturedValues))
            for old in captured where renames[old] != nil {
                graph.nodes[position].replaceInputs(of: old, with: resolve(old))
            }
            graph.nodes[position].inputs = graph.nodes[position].inputs.map { $0.map(resolve) }
            graph.nodes[position].outputs = graph.nodes[position].outputs.map { $0.map(resolve) }
        }
    }

    /// The name under which a value will be read.
    public func resolve(_ name: ValueName) -> ValueName {
        var name = name
        while let next = renames[name] { name = next }
        return name
    }
}
