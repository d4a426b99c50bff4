import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import CBitdepthKernels

extension Island {
    /// Codes, or floats where the result is not quantized.
    var cell: Cell { outputParameters.map { .code($0.format) } ?? .float32 }

    var epilogue: Epilogue {
        guard let output = outputParameters else { return Epilogue(kind: .floats, clamp: clamp ?? .none) }
        let (minimum, maximum) = output.clamp(clamp)
        return Epilogue(kind: .codes, zeroPoint: Int32(output.zeroPoint), minimum: minimum, maximum: maximum)
    }

    func description(
        kernel: String, _ arithmetic: StepDescription.Arithmetic, multiplyAccumulates: Int = 0
    ) -> StepDescription {
        StepDescription(
            node: node.label, operatorType: node.op.type, fused: fused, arithmetic: arithmetic,
            multiplyAccumulates: multiplyAccumulates, kernel: kernel)
    }
}

extension ProgramBuilder {
    /// The view that an island's result is written to: codes, or floats where it is not quantized.
    mutating func defineOutput(of island: Island, shape: Shape, layout: Layout) -> View {
        define(island.output, shape: shape, layout: layout, cell: island.cell)
    }

    mutating func addQuantizedSum(
        _ island: Island, shape: SumShape, weights: QuantizedWeights, groups: Int, arranged: (Int) -> [Int8],
        input: BufferID, output: BufferID, outputOffset: Int = 0, then: (sum: ResidualSum, other: BufferID)? = nil,
        multiplyAccumulates: Int, kernel given: QuantizedSumKernel? = nil
    ) throws(BitdepthError) {
        let kernel = if let given { given } else { try QuantizedSumKernel.direct(kernels, shape) }
        var groupSteps: [QuantizedSumStep.Group] = []
        let packed = (0..<groups).map { kernel.pack(arranged($0)) }
        for group in 0..<groups {
            let range = group * shape.columns..<(group + 1) * shape.columns
            groupSteps.append(
                QuantizedSumStep.Group(
                    weights: constant(packed[group]),
                    bias: constant(Array(weights.bias[range]).paddedForColumns(with: 0)),
                    multiplier: constant(Array(weights.multipliers[range]).paddedForColumns(with: 0)),
                    weightZero: weights.isSymmetric
                        ? nil : constant(Array(weights.zeroPoints[range]).paddedForColumns(with: 0)),
                    inputOffset: groups > 1 ? group * shape.segmentLength : 0,
                    outputOffset: outputOffset + group * shape.columns))
        }
        let offsets = constant(shape.segmentOffsets.map(Int64.init))
        let epilogue = island.epilogue
        let binary = try kernels.entry(\.qbinary)
        var description = island.description(
            kernel: "\(kernel.name(packed)) \(instructionSet)", .integer, multiplyAccumulates: multiplyAccumulates)
        if let then { description.fused += then.sum.fused }
        add(description, reads: [input] + (then.map { [$0.other] } ?? []), writes: [output]) {
            [groupSteps, kernels, entry = kernel.entry, parts = kernel.parts, grain = kernel.grain] placement in
            QuantizedSumStep(
                kernel: entry, parts: parts, grain: grain, shape: shape, offsets: offsets, input: placement[input],
                output: placement[output], groups: groupSteps, epilogue: epilogue,
                then: then.map {
                    $0.sum.step(
                        other: placement[$0.other], output: placement[output], kernel: binary, kernels: kernels)
                })
        }
    }

    mutating func addFloatSum(
        _ description: StepDescription, shape: SumShape, groups: Int, arranged: (Int) -> [Float], bias: [Float],
        clamp: Clamp, input: BufferID, output: BufferID, outputOffset: Int = 0
    ) throws(BitdepthError) {
        let packedFloats = try kernels.entry(\.sgemm_packed_floats)
        let pack = try kernels.entry(\.sgemm_pack)
        let kernel = try kernels.entry(\.sgemm)
        let (columns, segments, length) = (
            Int64(shape.columns), Int64(shape.segmentOffsets.count), Int64(shape.segmentLength)
        )
        var groupSteps: [FloatSumStep.Group] = []
        for group in 0..<groups {
            var packed = [Float](repeating: 0, count: packedFloats(columns, segments, length))
            pack(arranged(group), columns, segments, length, &packed)
            let range = group * shape.columns..<(group + 1) * shape.columns
            groupSteps.append(
                FloatSumStep.Group(
                    weights: floatWeights(packed), bias: constant(Array(bias[range]).paddedForColumns(with: 0)),
                    inputOffset: groups > 1 ? group * shape.segmentLength : 0,
                    outputOffset: outputOffset + group * shape.columns))
        }
        let offsets = constant(shape.segmentOffsets.map(Int64.init))
        var description = description
        if let format = groupSteps.first?.weights.formatName { description.kernel += " \(format)" }
        add(description, reads: [input], writes: [output]) { [groupSteps] placement in
            FloatSumStep(
                kernel: kernel, shape: shape, offsets: offsets, input: placement[input], output: placement[output],
                groups: groupSteps, clamp: clamp)
        }
    }
}
