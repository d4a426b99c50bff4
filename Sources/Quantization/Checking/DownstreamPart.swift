import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// The part of a changed graph that the change reaches, to be run on values that the unchanged graph computes.
struct DownstreamPart: Sendable {
    var graph: Graph
    /// What it reads of the unchanged graph, inputs of the graph among it.
    var needed: [ValueName]

    /// - Parameters:
    ///   - changed: `original` with other nodes in it, whose results have new names.
    ///   - facts: What is known of the original's values: only FP32 ones are handed over, others are computed again.
    init(of changed: Graph, from original: Graph, facts: [ValueName: Fact]) {
        let known = GraphIndex(original)
        let index = GraphIndex(changed)
        let ports = Set(changed.inputs.map(\.name))
        var pending = changed.nodes.indices.filter { position in
            changed.nodes[position].outputs.contains { $0.map { known.producer[$0] == nil } ?? false }
        }
        var reached = Set(pending)
        while let position = pending.popLast() {
            for case let output? in changed.nodes[position].outputs {
                for reader in index.consumers[output] ?? [] where reached.insert(reader).inserted {
                    pending.append(reader)
                }
            }
        }
        var included = reached
        var needed: Set<ValueName> = []
        pending = Array(reached)
        while let position = pending.popLast() {
            for name in changed.nodes[position].dependencies {
                guard let producer = index.producer[name], !reached.contains(producer) else {
                    if index.producer[name] == nil, ports.contains(name), changed.initializers[name] == nil {
                        needed.insert(name)
                    }
                    continue
                }
                if facts[name]?.element == .float32, facts[name]?.kind == .tensor {
                    needed.insert(name)
                } else if included.insert(producer).inserted {
                    pending.append(producer)
                }
            }
        }
        self.needed = needed.sorted()
        graph = Graph(name: changed.name)
        graph.nodes = included.sorted().map { changed.nodes[$0] }
        graph.inputs = self.needed.map { name in changed.inputs.first { $0.name == name } ?? Graph.Port(name, nil) }
        graph.outputs = changed.outputs.filter { index.producer[$0.name].map(reached.contains) ?? false }
        for name in Set(graph.nodes.flatMap(\.dependencies)).sorted() where index.producer[name] == nil {
            graph.initializers[name] = changed.initializers[name]
        }
    }
}
