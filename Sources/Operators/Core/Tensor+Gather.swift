import BitdepthTensors

extension Tensor {
    /// The elements at flat row-major `positions`, which must lie inside the tensor, as a tensor of `shape`.
    func gathered(_ positions: [Int], shape: Shape) throws(BitdepthError) -> Tensor {
        switch type.bitWidth {
        case 8: try gathered(positions, shape, as: UInt8.self)
        case 16: try gathered(positions, shape, as: UInt16.self)
        case 32: try gathered(positions, shape, as: UInt32.self)
        case 64: try gathered(positions, shape, as: UInt64.self)
        default: try gatheredPacked(positions, shape)
        }
    }

    private func gathered<Bits: TensorElement>(
        _ positions: [Int], _ shape: Shape, as bits: Bits.Type
    ) throws(BitdepthError) -> Tensor {
        let source = try withBytes { bytes in Array(bytes.assumingMemoryBound(to: Bits.self)) }
        let moved = positions.map { source[$0] }
        guard moved.count == shape.count else {
            throw BitdepthError(.shapeMismatch, "\(moved.count) elements do not fill shape \(shape)")
        }
        return try Tensor(shape: shape, type: type) { buffer in
            moved.withUnsafeBytes { buffer.copyMemory(from: $0) }
        }
    }

    private func gatheredPacked(_ positions: [Int], _ shape: Shape) throws(BitdepthError) -> Tensor {
        let source = try narrowPatterns()
        return try Tensor(narrowPatterns: positions.map { source[$0] }, shape: shape, type: type)
    }
}
