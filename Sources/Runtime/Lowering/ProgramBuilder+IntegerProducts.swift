import BitdepthTensors

extension ProgramBuilder {
    /// Adds the step that multiplies codes with constant ones and keeps the sums.
    ///
    /// - Parameters:
    ///   - zeroPoint: That of the input, one unsigned code; `nil` where it is 0.
    ///   - output: 32-bit sums, where the shape's strides say.
    mutating func addIntegerProduct(
        _ node: FloatNode, shape: SumShape, weights: IntegerProductWeights, multiplyAccumulates: Int, input: BufferID,
        zeroPoint: BufferID?, output: BufferID
    ) throws(BitdepthError) {
        let (columns, segments, length) = (
            Int64(shape.columns), Int64(shape.segmentOffsets.count), Int64(shape.segmentLength)
        )
        let packedBytes = try kernels.entry(\.qgemm_packed_bytes)
        var packed = [Int8](repeating: 0, count: packedBytes(columns, segments, length))
        try kernels.entry(\.qgemm_pack)(weights.codes, columns, segments, length, &packed)
        let kernel = try kernels.entry(\.qgemm)
        let places = IntegerProductStep.Constants(
            weights: constant(packed), sums: constant(weights.sums),
            weightZero: weights.isSymmetric ? nil : constant(weights.zeroPoints.paddedForColumns(with: 0)),
            offsets: constant(shape.segmentOffsets.map(Int64.init)))
        let bias = buffer(bytes: (shape.columns + 63) / 64 * 64 * 4)
        let description = StepDescription(
            node: node.node.label, operatorType: node.node.op.type, fused: node.fused, arithmetic: .integer,
            multiplyAccumulates: multiplyAccumulates, kernel: "qgemm \(instructionSet)")
        add(description, reads: [input] + (zeroPoint.map { [$0] } ?? []), writes: [output, bias]) { placement in
            IntegerProductStep(
                kernel: kernel, shape: shape, constants: places, input: placement[input],
                zeroPoint: zeroPoint.map { placement[$0] }, bias: placement[bias], output: placement[output])
        }
    }
}
