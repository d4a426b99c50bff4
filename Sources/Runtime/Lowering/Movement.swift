import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// An operator that moves 8-bit codes about without changing them; where scales differ, codes are looked up afterwards.
struct QuantizedMovement: Lowering {
    let island: Island
    let input: (value: ValueName, parameters: CodeParameters)
    let output: CodeParameters
    /// Further inputs: indices, shapes, pads.
    let operands: [Tensor?]
    /// Where each code comes from; `nil` where only the reference knows.
    let sources: ElementSources?

    /// Operators that only say the same elements in another shape.
    static let reshaping: Set<OperatorName> = ["Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity", "Dropout"]

    init?(_ island: Island, _ context: CompileContext) {
        guard let input = island.activation(0), let output = island.outputParameters,
            case .sameScale(asInput: 0) = island.op.quantization.outputs, context.shape(island.coreOutput) != nil
        else { return nil }
        var operands: [Tensor?] = []
        for name in island.node.inputs.dropFirst() {
            guard let name else { operands.append(nil); continue }
            guard let constant = context.constant(name) else { return nil }
            operands.append(constant)
        }
        if island.node.op == "Pad" {
            // The border is the code of 0.0; other borders would need a code of their own.
            if let fill = operands.count > 1 ? operands[1] : nil, (try? fill.doubles()) != [0] { return nil }
            guard let zero = try? Tensor(scalar: UInt8(truncatingIfNeeded: input.parameters.zeroPoint)) else {
                return nil
            }
            if operands.count > 1 { operands[1] = zero } else { operands.append(zero) }
        }
        self.island = island
        self.input = input
        self.output = output
        self.operands = operands
        sources = ElementSources(
            island.node, island.op, output: island.coreOutput, .uint8,
            border: [UInt8(truncatingIfNeeded: input.parameters.zeroPoint)], context)
    }

    var reads: [ValueName] { [input.value] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let shape = try builder.shape(of: island.coreOutput)
        var moved: View
        if Self.reshaping.contains(island.node.op) {
            moved = try builder.codes(input.value, layout: .plain)
            moved.shape = shape
        } else if let sources {
            let keepsRank = try builder.shape(of: input.value).rank == shape.rank
            let view = try builder.codes(input.value, layout: keepsRank ? nil : .plain)
            moved = View(buffer: builder.buffer(bytes: shape.count), shape: shape, layout: view.layout, cell: view.cell)
            builder.addRearrangement(island.description(kernel: "copy", .movement), sources, from: view, to: moved)
        } else {
            let view = try builder.codes(input.value, layout: .plain)
            moved = View(buffer: builder.buffer(bytes: shape.count), shape: shape, layout: .plain, cell: view.cell)
            try builder.addReference(
                island.node, island.op,
                operands: [.view(view, as: .uint8)] + operands.map { $0.map(ReferenceOperand.constant) ?? .missing },
                results: island.node.outputs.map { $0 == island.coreOutput ? moved : nil }, arithmetic: .movement)
        }
        if let table = RequantizationTable.entries(from: input.parameters, to: output, clamp: island.clamp) {
            moved = try builder.lookedUp(
                moved, table: table, island.description(kernel: "table \(builder.instructionSet)", .integer))
        }
        moved.cell = .code(output.format)
        builder.define(island.output, moved)
    }
}

/// Codes of one scale turned into codes of another.
enum RequantizationTable {
    /// `nil` when every code stays as it is.
    static func entries(from input: CodeParameters, to output: CodeParameters, clamp: Clamp?) -> [UInt8]? {
        let parameters = QuantizationParameters(scale: output.scale, zeroPoint: output.zeroPoint, codes: 0...255)
        let (minimum, maximum) = output.clamp(clamp)
        let table = (0..<256).map { code in
            let real = Float(code - input.zeroPoint) * input.scale
            return UInt8(truncatingIfNeeded: min(max(parameters.quantize(real), Int(minimum)), Int(maximum)))
        }
        return table.elementsEqual(0...255) ? nil : table
    }
}

/// A DequantizeLinear followed by a QuantizeLinear of other parameters.
struct Requantize: Lowering {
    let node: Node
    let input: (value: ValueName, parameters: CodeParameters)
    let output: ValueName
    let parameters: CodeParameters

    var reads: [ValueName] { [input.value] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        var view = try builder.codes(input.value, layout: nil)
        if let table = RequantizationTable.entries(from: input.parameters, to: parameters, clamp: nil) {
            view = try builder.lookedUp(
                view, table: table, .conversion(node, kernel: "table \(builder.instructionSet)"))
        }
        view.cell = .code(parameters.format)
        builder.define(output, view)
    }
}

/// A value said in another shape: no work at all.
struct PlainReshape: Lowering {
    let node: FloatNode
    let input: ValueName
    let isFloat: Bool

    init?(_ node: FloatNode, _ context: CompileContext) {
        guard QuantizedMovement.reshaping.contains(node.node.op), let input = node.node.input(0),
            let element = context.facts[input]?.element, element.bitWidth >= 8,
            node.node.outputs.count == 1, let shape = context.shape(node.output),
            context.shape(input)?.count == shape.count, node.clamp == .none
        else { return nil }
        self.node = node
        self.input = input
        isFloat = element == .float32
    }

    var reads: [ValueName] { [input] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        var view = isFloat ? try builder.float(input, layout: .plain) : try builder.raw(input)
        view.shape = try builder.shape(of: node.output)
        builder.define(node.output, view)
    }
}
