import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// `Concat` of 8-bit codes; an input whose scale is not the output's is looked up on the way.
struct QuantizedConcatenation: Lowering {
    let island: Island
    let inputs: [(value: ValueName, parameters: CodeParameters)]
    let output: CodeParameters
    let axis: Int

    init?(_ island: Island, _ context: CompileContext) {
        guard let concat = island.op as? Concat, let output = island.outputParameters,
            let shape = context.shape(island.coreOutput), let axis = try? shape.axis(concat.axis)
        else { return nil }
        let inputs = island.inputs.indices.compactMap { island.activation($0) }
        guard inputs.count == island.inputs.count, !inputs.isEmpty else { return nil }
        self.island = island
        self.inputs = inputs
        self.output = output
        self.axis = axis
    }

    var reads: [ValueName] { inputs.map(\.value) }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let layout = axis == 1 ? builder.commonLayout(of: reads) : .plain
        var parts: [View] = []
        for (value, parameters) in inputs {
            let view = try builder.codes(value, layout: layout)
            if let table = RequantizationTable.entries(from: parameters, to: output, clamp: island.clamp) {
                parts.append(
                    try builder.lookedUp(
                        view, table: table, island.description(kernel: "table \(builder.instructionSet)", .integer)))
            } else {
                parts.append(view)
            }
        }
        let target = builder.defineOutput(of: island, shape: try builder.shape(of: island.coreOutput), layout: layout)
        builder.addConcatenation(
            island.description(kernel: "concat", .movement), parts: parts, into: target, axis: axis)
    }
}

/// `Concat` of FP32 values.
struct FloatConcatenation: Lowering {
    let node: FloatNode
    let axis: Int

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard let concat = node.op as? Concat, let shape = context.shape(node.output), node.clamp == .none,
            let axis = try? shape.axis(concat.axis),
            node.node.inputs.allSatisfy({ name in
                name.map {
                    context.facts[$0]?.element == .float32 && context.shape($0) != nil && context.constant($0) == nil
                } ?? false
            })
        else { return nil }
        self.node = node
        self.axis = axis
    }

    var reads: [ValueName] { node.node.inputs.compactMap { $0 } }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let layout = axis == 1 ? builder.commonLayout(of: reads) : .plain
        var parts: [View] = []
        for value in reads { parts.append(try builder.float(value, layout: layout)) }
        let target = builder.define(
            node.output, shape: try builder.shape(of: node.output), layout: layout, cell: .float32)
        builder.addConcatenation(node.description(kernel: "concat"), parts: parts, into: target, axis: axis)
    }
}

extension ProgramBuilder {
    mutating func addConcatenation(_ description: StepDescription, parts: [View], into target: View, axis: Int) {
        let parts = parts.filter { $0.shape.count > 0 }
        let isInner = target.layout == .channelsLast && axis == 1 && target.shape.rank > 2
        let outer =
            isInner ? target.shape[0] * target.shape.count(of: 2..<target.shape.rank) : target.shape.count(of: 0..<axis)
        let chunks = parts.map { part in
            (isInner ? part.shape[1] : part.shape.count(of: axis..<part.shape.rank)) * target.cell.bytes
        }
        add(description, reads: parts.map(\.buffer), writes: [target.buffer]) { placement in
            ConcatenationStep(
                inputs: zip(parts, chunks).map { .init(location: placement[$0.buffer], chunk: $1) },
                output: placement[target.buffer], outer: outer)
        }
    }

    /// A buffer of codes run through a table.
    mutating func lookedUp(_ view: View, table: [UInt8], _ description: StepDescription) throws(BitdepthError) -> View {
        let kernel = try kernels.entry(\.map_u8)
        let target = View(
            buffer: buffer(bytes: view.shape.count), shape: view.shape, layout: view.layout, cell: view.cell)
        let location = constant(table)
        add(description, reads: [view.buffer], writes: [target.buffer]) { placement in
            TableStep(
                kernel: kernel, table: location, input: placement[view.buffer], output: placement[target.buffer],
                count: view.shape.count)
        }
        return target
    }
}
