import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension Segmentation {
    /// Positions of the nodes of a segment, those that it repeats among them.
    func positions(of segment: Int) -> [Int] {
        var found = segments[segment].nodes
        var met = Set(found)
        var next = 0
        while next < found.count {
            for name in graph.nodes[found[next]].dependencies {
                guard let producer = index.producer[name], repeated[producer] != nil, met.insert(producer).inserted
                else { continue }
                found.append(producer)
            }
            next += 1
        }
        return found.sorted()
    }

    /// The values that a segment reads and no node in it computes, constants included.
    func reads(of segment: Int) -> Set<ValueName> {
        var read = Set<ValueName>()
        var computed = Set<ValueName>()
        for node in positions(of: segment).map({ graph.nodes[$0] }) {
            read.formUnion(node.dependencies)
            computed.formUnion(node.outputs.compactMap { $0 })
        }
        return read.subtracting(computed)
    }

    /// A segment as a graph of its own.
    ///
    /// - Parameters:
    ///   - outputs: Which of its values it gives out.
    ///   - observed: Values that must be there though no node may read them.
    ///   - given: What is handed to it, by the caller and by the segments before.
    ///   - facts: What the types of the inputs tell of values from other segments.
    func part(
        _ segment: Int, outputs: [ValueName], observed: [ValueName], given: Set<ValueName>,
        facts: [ValueName: Fact]
    ) throws(BitdepthError) -> Graph {
        var part = Graph(name: graph.name)
        part.nodes = positions(of: segment).map { graph.nodes[$0] }
        let computed = Set(part.nodes.flatMap { node in node.outputs.compactMap { $0 } + node.bodyValues })
        let names = reads(of: segment).union(outputs).union(observed).subtracting(computed)
        for name in names.sorted() {
            if index.producer[name] == nil, !given.contains(name), let constant = graph.initializers[name] {
                part.initializers[name] = constant
            } else if let constant = facts[name]?.constant {
                part.initializers[name] = constant
            } else {
                let port = graph.inputs.first { $0.name == name }
                part.inputs.append(port ?? Graph.Port(name, nil, kind: facts[name]?.kind ?? .tensor))
            }
        }
        part.outputs = outputs.map { name in
            Graph.Port(name, graph.outputs.first { $0.name == name }?.type, kind: facts[name]?.kind ?? .tensor)
        }
        try part.sortTopologically()
        return part
    }
}
