import BitdepthTensors

extension Graph {
    /// Checks that the graph is well formed: every name defined once, every value that is read defined, no circle.
    ///
    /// - Parameter outer: Values of the graphs around this one, which a subgraph may read.
    /// - Throws: ``BitdepthError/Code/invalidGraph`` naming the value and the node; ``BitdepthError/Code/cycle`` naming an edge.
    public func validate(outer: Set<ValueName> = []) throws(BitdepthError) {
        let defined = try definedValues()
        let visible = outer.union(defined)
        for node in nodes {
            for case let input? in node.inputs where !visible.contains(input) {
                throw BitdepthError(
                    .invalidGraph, "input \"\(input)\" is produced by no node, input or initializer",
                    at: node.place.inside(.init(tensor: input.text)))
            }
            for subgraph in node.subgraphs {
                try locating(node.place) { () throws(BitdepthError) in try subgraph.validate(outer: visible) }
            }
        }
        for output in outputs where !visible.contains(output.name) {
            throw BitdepthError(
                .invalidGraph, "output \"\(output.name)\" of the graph is produced by nothing",
                at: .init(tensor: output.name.text))
        }
        _ = try topologicalOrder()
    }

    private func definedValues() throws(BitdepthError) -> Set<ValueName> {
        var defined = Set<ValueName>()
        for input in inputs {
            guard defined.insert(input.name).inserted else {
                throw BitdepthError(
                    .invalidGraph, "two inputs are named \"\(input.name)\"", at: .init(tensor: input.name.text))
            }
        }
        // An initializer may stand in as the default of an input of the same name.
        defined.formUnion(initializers.keys)
        for node in nodes {
            for case let output? in node.outputs {
                guard defined.insert(output).inserted else {
                    throw BitdepthError(
                        .invalidGraph, "value \"\(output)\" is defined twice",
                        at: node.place.inside(.init(tensor: output.text)))
                }
            }
        }
        return defined
    }

    /// Positions of the nodes such that producers come before consumers; among equals the order of the file stays.
    ///
    /// - Throws: ``BitdepthError/Code/cycle`` naming one edge of the circle.
    public func topologicalOrder() throws(BitdepthError) -> [Int] {
        let index = GraphIndex(self)
        var waiting = nodes.map { node in node.dependencies.count { index.producer[$0] != nil } }
        var ready = MinimumHeap(nodes.indices.filter { waiting[$0] == 0 })
        var order: [Int] = []
        order.reserveCapacity(nodes.count)
        while let position = ready.popMinimum() {
            order.append(position)
            for case let output? in nodes[position].outputs {
                for consumer in index.consumers[output] ?? [] {
                    waiting[consumer] -= 1
                    if waiting[consumer] == 0 { ready.insert(consumer) }
                }
            }
        }
        if let stuck = nodes.indices.first(where: { waiting[$0] > 0 }) {
            throw cycleError(from: stuck, index: index, waiting: waiting)
        }
        return order
    }

    private func cycleError(from stuck: Int, index: GraphIndex, waiting: [Int]) -> BitdepthError {
        // Walk backwards along unfinished producers; after as many steps as there are nodes we stand on the circle.
        var position = stuck
        var edge: ValueName?
        for _ in nodes.indices {
            guard
                let value = nodes[position].dependencies.first(where: {
                    index.producer[$0].map { waiting[$0] > 0 } ?? false
                }),
                let producer = index.producer[value]
            else { break }
            edge = value
            position = producer
        }
        let node = nodes[position]
        return BitdepthError(
            .cycle,
            "nodes depend on each other in a circle through value \"\(edge?.text ?? "?")\" of node \"\(node.label)\"",
            at: node.place.inside(.init(tensor: edge?.text)))
    }
}

extension Node {
    /// Every value that must exist before this node can run, once per reading input: its inputs, and what its bodies capture.
    public var dependencies: [ValueName] {
        inputs.compactMap { $0 } + subgraphs.flatMap { $0.capturedValues.sorted() }
    }
}
