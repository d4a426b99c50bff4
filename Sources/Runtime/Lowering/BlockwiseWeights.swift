import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import CBitdepthKernels

/// The constant matrix of a MatMulNBits, as kernels take it.
struct BlockwiseWeights: Sendable {
    let shape: bd_nbits_shape
    /// `[columns, blocks, block / 2]`, low half first.
    private let codes: Tensor
    /// `[columns, blocks]`.
    private let scales: [Float]
    private let zeroPoints: ZeroPoints

    private enum ZeroPoints {
        /// All are 8.
        case middle
        /// `[columns, ⌈blocks / 2⌉]`, low half first.
        case codes(Tensor)
        /// `[columns, blocks]`.
        case floats([Float])
    }

    /// `nil` where a kernel does not take what the node has: then the reference runs, or says what is wrong.
    init?(_ op: MatMulNBits, _ node: Node, _ context: CompileContext) {
        let (columns, blocks) = (op.outputCount, (op.inputCount - 1) / op.blockSize + 1)
        guard op.bits == 4, 16...256 ~= op.blockSize,
            let codes = context.constant(node.input(1)), codes.type == .uint8,
            let codeCount = try? Shape([columns, blocks, op.blockSize / 2]).count, codes.count == codeCount,
            let scales = BlockwiseWeights.finite(context.constant(node.input(2)), count: columns * blocks)
        else { return nil }
        self.codes = codes
        self.scales = scales
        let kind: bd_nbits_zeros
        if let name = node.input(3) {
            guard let given = context.constant(name) else { return nil }
            if given.type == .uint8, given.count == columns * ((blocks + 1) / 2) {
                (zeroPoints, kind) = (.codes(given), BD_NBITS_CODES)
            } else if let reals = BlockwiseWeights.finite(given, count: columns * blocks) {
                (zeroPoints, kind) = (.floats(reals), BD_NBITS_FLOATS)
            } else {
                return nil
            }
        } else {
            (zeroPoints, kind) = (.middle, BD_NBITS_MIDDLE)
        }
        shape = bd_nbits_shape(
            columns: Int64(columns), depth: Int64(op.inputCount), block: Int64(op.blockSize), zeros: kind)
    }

    private static func finite(_ tensor: Tensor?, count: Int) -> [Float]? {
        guard let tensor, tensor.type.isFloatingPoint, tensor.count == count, let values = try? tensor.floats(),
            values.allSatisfy(\.isFinite)
        else { return nil }
        return values
    }

    /// Bytes of the digits of one row of the input.
    var digitBytes: Int { withUnsafePointer(to: shape) { bd_nbits_digit_bytes($0) } }

    func packed() throws(BitdepthError) -> [UInt8] {
        var packed = [UInt8](repeating: 0, count: withUnsafePointer(to: shape) { bd_nbits_packed_bytes($0) })
        switch zeroPoints {
        case .middle: try pack(zeroPoints: nil, into: &packed)
        case .codes(let tensor):
            try tensor.withBytes { bytes throws(BitdepthError) in
                try pack(zeroPoints: bytes.baseAddress, into: &packed)
            }
        case .floats(let values):
            try pack(zeroPoints: values, into: &packed)
        }
        return packed
    }

    private func pack(zeroPoints: UnsafeRawPointer?, into packed: inout [UInt8]) throws(BitdepthError) {
        try codes.withBytes { bytes in
            withUnsafePointer(to: shape) { shape in
                bd_nbits_pack(
                    shape, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), scales, zeroPoints, &packed)
            }
        }
    }
}
