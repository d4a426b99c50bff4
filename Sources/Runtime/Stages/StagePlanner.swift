import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors

/// Makes a staged plan of a graph that one program cannot hold.
struct StagePlanner {
    let graph: Graph
    let facts: [ValueName: Fact]
    let options: CompileOptions
    let pool: ThreadPool?
    let cut: GraphCut

    func plan(inputs: [ValueName: TensorType]) throws(BitdepthError) -> StagedPlan {
        let outputs = graph.outputs.map(\.name)
        let points = try turningPoints()
        let wanted = Set(cut.reads(of: .turning) + cut.reads(of: .rest) + outputs)
        let handedOn = (cut.nodes[.fixed] ?? []).flatMap { graph.nodes[$0].outputs.compactMap { $0 } }
            .filter { wanted.contains($0) && cut.constant($0) == nil }
        var constants: [ValueName: Value] = [:]
        for name in wanted { if let constant = cut.constant(name) { constants[name] = .tensor(constant) } }
        let turning = Set(points.flatMap { $0.node.outputs.compactMap { $0 } })
        return StagedPlan(
            fixed: try fixedProgram(inputs, handingOn: handedOn), turningPoints: points,
            rest: try rest(outputs.filter { cut.parts[$0] == .rest }), outputs: outputs, constants: constants,
            taps: Set(options.taps).intersection(turning))
    }

    private func fixedProgram(
        _ inputs: [ValueName: TensorType], handingOn outputs: [ValueName]
    ) throws(BitdepthError) -> Program? {
        let given = Set(graph.inputs.filter { inputs[$0.name] != nil }.map(\.name))
        let taps = options.taps.filter { cut.parts[$0] == .fixed || given.contains($0) }
        guard !outputs.isEmpty || !taps.isEmpty else { return nil }
        let part = cut.subgraph(.fixed, outputs: outputs, observed: taps.filter(given.contains))
        var options = options
        options.taps = taps
        let types = inputs.filter { name, _ in part.inputs.contains { $0.name == name } }
        return try Compiler(part, options: options).program(for: types)
    }

    private func rest(_ outputs: [ValueName]) throws(BitdepthError) -> PreparedGraph? {
        guard cut.nodes[.rest] != nil else { return nil }
        let part = cut.subgraph(.rest, outputs: outputs)
        return try prepared(part, observable: observable(part).subtracting(cut.repeatedValues))
    }

    private func turningPoints() throws(BitdepthError) -> [TurningPoint] {
        var points: [TurningPoint] = []
        for position in cut.nodes[.turning] ?? [] {
            let node = graph.nodes[position]
            var bodies: [String: PreparedBody] = [:]
            for (name, attribute) in node.attributes {
                if case .graph(let body) = attribute {
                    bodies[name] = try locating(node.place) { () throws(BitdepthError) in try prepared(body: body) }
                }
            }
            points.append(TurningPoint(node: node, op: try OperatorCatalogue.all.decode(node), bodies: bodies))
        }
        return points
    }

    private func prepared(body: Graph) throws(BitdepthError) -> PreparedBody {
        var closed = body
        var captured: [ValueName] = []
        for name in body.capturedValues.sorted() {
            if let constant = cut.constant(name) {
                closed.initializers[name] = constant
            } else {
                closed.inputs.append(Graph.Port(name, nil, kind: facts[name]?.kind ?? .tensor))
                captured.append(name)
            }
        }
        for index in body.inputs.indices {
            // Iterations may bring other shapes than the body's author had in mind.
            closed.inputs[index].type = nil
            closed.inputs[index].kind = facts[body.inputs[index].name]?.kind ?? body.inputs[index].kind
        }
        return PreparedBody(
            prepared: try prepared(closed, observable: body.ownNames), inputs: body.inputs.map(\.name),
            captured: captured,
            outputs: body.outputs.map(\.name))
    }

    /// What is computed in a part of the graph.
    private func observable(_ part: Graph) -> Set<ValueName> { part.ownNames.subtracting(part.inputs.map(\.name)) }

    /// - Parameter observable: Which values the caller can observe here.
    private func prepared(_ part: Graph, observable: Set<ValueName>) throws(BitdepthError) -> PreparedGraph {
        var options = options
        options.taps = options.taps.filter(observable.contains)
        if part.isLight, !hasKnownShapes(part) {
            return .interpreted(try Interpreter(part), taps: Set(options.taps))
        }
        return .compiled(CompiledGraph(part: part, options: options, pool: pool))
    }

    /// Whether every value of the part has one shape in all runs.
    private func hasKnownShapes(_ part: Graph) -> Bool {
        part.nodes.allSatisfy { node in
            node.outputs.allSatisfy { $0.map { facts[$0]?.type.shape.shape != nil } ?? true }
        }
    }
}
