import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import CBitdepthKernels

/// `Add`, `Sub`, `Mul`, `Div` of two quantized tensors of the same shape.
struct QuantizedBinary: Lowering {
    let island: Island
    let operation: bd_binary_operation
    let left: (value: ValueName, parameters: CodeParameters)
    let right: (value: ValueName, parameters: CodeParameters)
    let outputParameters: CodeParameters

    static let operations: [OperatorName: bd_binary_operation] = [
        "Add": BD_ADD, "Sub": BD_SUBTRACT, "Mul": BD_MULTIPLY, "Div": BD_DIVIDE,
    ]

    init?(_ island: Island, _ context: CompileContext) {
        guard let operation = QuantizedBinary.operations[island.node.op], let left = island.activation(0),
            let right = island.activation(1), let outputParameters = island.outputParameters,
            let shape = context.shape(left.value), shape == context.shape(right.value), shape.count > 0
        else { return nil }
        self.island = island
        self.operation = operation
        self.left = left
        self.right = right
        self.outputParameters = outputParameters
    }

    var reads: [ValueName] { [left.value, right.value] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let layout = builder.commonLayout(of: reads)
        let a = try builder.codes(left.value, layout: layout)
        let b = try builder.codes(right.value, layout: layout)
        let kernel = try builder.kernels.entry(\.qbinary)
        let target = builder.defineOutput(of: island, shape: a.shape, layout: layout)
        let (minimum, maximum) = outputParameters.clamp(island.clamp)
        let job = (operation, left.parameters, right.parameters, outputParameters)
        builder.add(
            island.description(kernel: "qbinary \(builder.instructionSet)", .integer), reads: [a.buffer, b.buffer],
            writes: [target.buffer]
        ) { placement in
            QuantizedBinaryStep(
                kernel: kernel, operation: job.0, left: placement[a.buffer], right: placement[b.buffer],
                output: placement[target.buffer], leftParameters: job.1, rightParameters: job.2,
                outputParameters: job.3,
                minimum: minimum, maximum: maximum, count: a.shape.count)
        }
    }
}

/// A function of one quantized tensor, element by element: a table of 256 codes made by the reference evaluation.
struct QuantizedUnary: Lowering {
    let island: Island
    let input: (value: ValueName, parameters: CodeParameters)
    let output: CodeParameters
    let table: [UInt8]

    init?(_ island: Island, _ context: CompileContext) {
        guard let input = island.activation(0), let output = island.outputParameters,
            island.inputs.dropFirst().allSatisfy({ if case .float? = $0 { true } else { $0 == nil } }),
            let inputShape = context.shape(input.value), inputShape == context.shape(island.coreOutput),
            let table = QuantizedUnary.table(island, input.parameters, output)
        else { return nil }
        self.island = island
        self.input = input
        self.output = output
        self.table = table
    }

    /// What the unfused nodes make of every code; `nil` if the operator does not work element by element.
    private static func table(_ island: Island, _ input: CodeParameters, _ output: CodeParameters) -> [UInt8]? {
        let reals = (0..<256).map { Float($0 - input.zeroPoint) * input.scale }
        guard let tensor = try? Tensor(reals) else { return nil }
        var operands: [Tensor?] = [tensor]
        for further in island.inputs.dropFirst() {
            guard case .float(let bound)? = further else { operands.append(nil); continue }
            guard bound.count == 1 else { return nil }
            operands.append(bound)
        }
        guard let results = try? island.op.evaluate(operands).first?.floats(), results.count == 256 else { return nil }
        let parameters = QuantizationParameters(scale: output.scale, zeroPoint: output.zeroPoint, codes: 0...255)
        let (minimum, maximum) = output.clamp(island.clamp)
        return results.map { UInt8(truncatingIfNeeded: min(max(parameters.quantize($0), Int(minimum)), Int(maximum))) }
    }

    /// Operators that treat each element by itself.
    static let operators: Set<OperatorName> = Set(
        OperatorCatalogue.all.all.filter { $0 is any UnaryOperator.Type }.map { $0.signature.name }
    ).union(["Clip"])

    var reads: [ValueName] { [input.value] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let view = try builder.codes(input.value, layout: nil)
        var result = try builder.lookedUp(
            view, table: table, island.description(kernel: "table \(builder.instructionSet)", .integer))
        result.cell = .code(output.format)
        builder.define(island.output, result)
    }
}

extension ProgramBuilder {
    /// The layout in which most of the values lie already.
    func commonLayout(of names: [ValueName]) -> Layout {
        let last = names.count { existingViews($0).contains { $0.layout == .channelsLast } }
        return 2 * last >= names.count ? .channelsLast : .plain
    }
}
