import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import CBitdepthKernels

/// `Add`, `Sub`, `Mul`, `Div` of two quantized tensors that broadcast, one of which may be constant.
struct QuantizedBinary: Lowering {
    let island: Island
    let operation: bd_binary_operation
    let operands: [Operand]
    let outputParameters: CodeParameters
    let shape: Shape

    static let operations: [OperatorName: bd_binary_operation] = [
        "Add": BD_ADD, "Sub": BD_SUBTRACT, "Mul": BD_MULTIPLY, "Div": BD_DIVIDE,
    ]

    struct Operand {
        var source: Source
        var shape: Shape
        var parameters: CodeParameters

        enum Source {
            case value(ValueName)
            /// Codes as they lie in memory.
            case constant([UInt8])
        }

        var value: ValueName? { if case .value(let name) = source { name } else { nil } }

        init?(_ input: IslandInput?, _ context: CompileContext) {
            switch input {
            case .codes(let name, let parameters):
                guard let shape = context.shape(name) else { return nil }
                self.shape = shape
                self.parameters = parameters
                source = .value(name)
            case .constant(let constant):
                guard let (codes, parameters) = constant.activationCodes else { return nil }
                shape = constant.codes.shape
                self.parameters = parameters
                source = .constant(codes)
            case .float, nil: return nil
            }
        }
    }

    init?(_ island: Island, _ context: CompileContext) {
        guard let operation = QuantizedBinary.operations[island.node.op], island.inputs.count == 2,
            let outputParameters = island.outputParameters, let shape = context.shape(island.coreOutput),
            shape.count > 0
        else { return nil }
        let operands = island.inputs.compactMap { Operand($0, context) }
        guard operands.count == 2, operands.contains(where: { $0.value != nil }) else { return nil }
        self.island = island
        self.operation = operation
        self.operands = operands
        self.outputParameters = outputParameters
        self.shape = shape
    }

    var reads: [ValueName] { operands.compactMap(\.value) }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let layout = builder.broadcastLayout(
            of: operands.filter { $0.shape == shape }.compactMap(\.value), shape)
        let (a, aLayout) = try source(of: operands[0], layout, &builder)
        let (b, bLayout) = try source(of: operands[1], layout, &builder)
        let kernel = try builder.kernels.entry(\.qbinary)
        let target = builder.defineOutput(of: island, shape: shape, layout: layout)
        let (minimum, maximum) = outputParameters.clamp(island.clamp)
        let loop = BroadcastLoop(
            shape, layout, left: (operands[0].shape, aLayout), right: (operands[1].shape, bLayout))
        let (operation, parameters, result) = (operation, operands.map(\.parameters), outputParameters)
        let kernels = builder.kernels
        builder.add(
            island.description(kernel: "qbinary \(builder.instructionSet)", .integer),
            reads: [a, b].compactMap(\.buffer), writes: [target.buffer]
        ) { placement in
            QuantizedBinaryStep(
                kernel: kernel, operation: operation,
                left: .init(location: a.location(placement), parameters: parameters[0]),
                right: .init(location: b.location(placement), parameters: parameters[1]),
                output: .init(location: placement[target.buffer], parameters: result), loop: loop, minimum: minimum,
                maximum: maximum
            ).shortened(by: kernels)
        }
    }

    /// Where the codes of an operand lie, and in which layout.
    private func source(
        of operand: Operand, _ layout: Layout, _ builder: inout ProgramBuilder
    ) throws(BitdepthError) -> (BroadcastSource, Layout) {
        switch operand.source {
        case .value(let name):
            let own = operand.shape.rank == shape.rank ? layout : .plain
            return (.buffer(try builder.codes(name, layout: own).buffer), own)
        case .constant(let codes): return (.location(builder.constant(codes)), .plain)
        }
    }
}

extension QuantizedConstant {
    /// The codes as they lie in memory, where they are like those of activations: 8 bits, and one scale for all.
    var activationCodes: (codes: [UInt8], parameters: CodeParameters)? {
        guard scales.count == 1, zeroPoints.count == 1, codes.type == .int8 || codes.type == .uint8,
            let integers = try? codes.integers()
        else { return nil }
        let format = CodeFormat(isSigned: codes.type == .int8)
        return (
            integers.map { UInt8(truncatingIfNeeded: $0 + format.offset) },
            CodeParameters(scale: scales[0], zeroPoint: zeroPoints[0] + format.offset, format: format)
        )
    }
}

extension ProgramBuilder {
    /// The layout in which most of the values lie already.
    func commonLayout(of names: [ValueName]) -> Layout {
        let last = names.count { existingViews($0).contains { $0.layout == .channelsLast } }
        return 2 * last >= names.count ? .channelsLast : .plain
    }
}
