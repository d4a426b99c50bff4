import Bitdepth

extension Inspect {
    /// Reads the model and finds out what there is to say; only `--stats` and `--memory` read weights.
    func report() throws -> ModelReport {
        var contents = try ONNX.read(model, allowLinks: links.allowLinks)
        let nodes = contents.graph.nodes.count
        let usesCodes = try locating(.init(file: model)) { () throws(BitdepthError) in
            try QOperatorToQDQ().run(&contents.graph) > 0
        }
        let isQuantized = ModelSummary.isQuantized(contents.graph)
        // What an old operator set spells out between two conversions is one look-up in a table; odd graphs stay as they are.
        if isQuantized { _ = try? ActivationFusion().run(&contents.graph) }
        let (facts, assumptions) = try facts(of: contents.graph)
        let summary = ModelSummary(
            contents, facts: facts, usesCodes: usesCodes, forecast: isQuantized ? nil : forecast(contents, facts))
        let sections = sections(isQuantized: isQuantized)
        return ModelReport(
            summary,
            file: ModelReport.File(
                path: model, bytes: Int(clamping: try FileAccess.open(model).size),
                externalBytes: externalBytes(contents.graph), nodes: nodes,
                form: isQuantized ? usesCodes ? "QOperator" : "QDQ" : nil, assumptions: assumptions),
            sections: sections, weights: sections.contains(.weights) ? try weights(summary) : [],
            memory: sections.contains(.memory) ? try memoryTable(contents, facts) : nil)
    }

    /// How a run with the shapes that were given or assumed uses memory.
    private func memoryTable(
        _ contents: ModelGraph, _ facts: [ValueName: Fact]
    ) throws(BitdepthError) -> MemoryTable {
        var shapes: [String: Shape] = [:]
        for port in contents.graph.requiredInputs {
            if let shape = facts[port.name]?.type.shape.shape { shapes[port.name.text] = shape }
        }
        return try locating(.init(file: model)) { [shapes] () throws(BitdepthError) in
            MemoryTable(try Model(contents).compiled().program(shapes: shapes))
        }
    }

    /// Types of the values for the shapes that were given; a free batch axis counts as 1.
    ///
    /// A graph whose shapes do not fit together is shown as well, with what its file states.
    private func facts(of graph: Graph) throws(BitdepthError) -> (facts: [ValueName: Fact], assumptions: [String]) {
        let inputs = Model(ModelGraph(graph: graph, opsets: [:])).inputs
        var overrides: [ValueName: TensorType] = [:]
        var assumptions: [String] = []
        for (given, original) in zip(try shape.shapes.applied(to: inputs), inputs) where given.shape.dimensions != nil {
            var shape = given.shape
            if given.hasFreeBatch, var dimensions = shape.dimensions {
                dimensions[0] = .known(1)
                shape = PartialShape(dimensions)
            }
            overrides[ValueName(given.name)] = TensorType(given.type, shape)
            if shape != original.shape { assumptions.append("\(given.name) \(given.type.shortName)\(shape)") }
        }
        do throws(BitdepthError) {
            return (try ShapeInference.facts(of: graph, inputs: overrides, tolerant: true), assumptions)
        } catch {
            warn("types and shapes are as the file states them: \(error.message)", error)
            return (statedFacts(of: graph), [])
        }
    }

    private func statedFacts(of graph: Graph) -> [ValueName: Fact] {
        var facts = graph.valueTypes.reduce(into: [ValueName: Fact]()) { $0[$1.key] = Fact($1.value) }
        for (name, tensor) in graph.initializers { facts[name] = Fact(TensorType(of: tensor)) }
        for port in graph.inputs + graph.outputs { if let type = port.type { facts[port.name] = Fact(type) } }
        return facts
    }

    private func forecast(_ model: ModelGraph, _ facts: [ValueName: Fact]) -> (
        roles: [NodeRole], schemes: PlannedSchemes
    )? {
        let configuration = QuantizationConfiguration.int8
        do throws(BitdepthError) {
            let forecast = try QuantizationForecast(model.graph, configuration, facts: facts)
            let schemes = PlannedSchemes(weights: configuration.weights, activations: configuration.activations)
            return (forecast.outcomes.map(NodeRole.init), schemes)
        } catch {
            warn("what would quantize cannot be told: \(error.message)", error)
            return nil
        }
    }

    private func warn(_ text: String, _ error: BitdepthError) {
        output.messages.warn(text, help: error.place.node.map { ["the trouble is at node \"\($0)\""] } ?? [])
    }

    private func externalBytes(_ graph: Graph) -> Int {
        graph.initializers.values.reduce(0) { total, tensor in
            guard let region = tensor.region, region.file.path != model else { return total }
            let (sum, overflow) = total.addingReportingOverflow(region.count)
            return overflow ? .max : sum
        }
    }

    private func weights(
        _ summary: ModelSummary
    ) throws(BitdepthError) -> [(name: String, tensor: Tensor, statistics: WeightStatistics)] {
        var rows: [(name: String, tensor: Tensor, statistics: WeightStatistics)] = []
        let progress = output.messages.progress("reading weights", total: summary.floatConstants.count)
        for (name, tensor) in summary.floatConstants {
            try Cancellation().check()
            let statistics = try locating(.init(file: model, tensor: name)) { () throws(BitdepthError) in
                try WeightStatistics(tensor)
            }
            rows.append((name, tensor, statistics))
            progress.advance()
        }
        progress.finish()
        return rows
    }
}
