import BitdepthGraphs
import BitdepthTensors

/// A · W' with W quantized to 2, 4 or 8 bits in blocks: A `[…, K]` → `[…, N]`.
///
/// Inputs: A; packed codes `[N, blocks, blockSize · bits / 8]`; scales `[N, blocks]`; optional zero points, packed
/// `[N, ⌈blocks · bits / 8⌉]` or as floats `[N, blocks]`, else half the range; optional block of each input channel `[K]`;
/// optional bias `[N]`. W is `(code - zero point) · scale`.
///
/// Source: ONNX Runtime contrib operators, com.microsoft.MatMulNBits-1.
public struct MatMulNBits: Operator {
    public static let signature = OperatorSignature(.microsoft("MatMulNBits"), versions: [1], inputs: 3...6)

    /// K.
    public let inputCount: Int
    /// N.
    public let outputCount: Int
    public let bits: Int
    public let blockSize: Int

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        inputCount = try attributes.positiveInt("K")
        outputCount = try attributes.positiveInt("N")
        bits = try attributes.int("bits", default: 4)
        blockSize = try attributes.positiveInt("block_size")
        guard PackedCodes.widths.contains(bits) else {
            throw attributes.invalid("bits", "is \(bits); it must be 2, 4 or 8")
        }
        guard blockSize >= 16, blockSize.nonzeroBitCount == 1 else {
            throw attributes.invalid("block_size", "is \(blockSize); it must be a power of two of at least 16")
        }
        guard try attributes.int("weight_prepacked", default: 0) == 0 else {
            throw attributes.invalid("weight_prepacked", "is set; only plainly packed weights are supported")
        }
    }

    var blockCount: Int { (inputCount - 1) / blockSize + 1 }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let a = try inputs.required(0, "A")
        guard let dimensions = a.dimensions else { return [Fact(a.element, .unknown)] }
        guard let depth = dimensions.last, depth.value == nil || depth.value == inputCount else {
            throw BitdepthError(.shapeMismatch, "A of shape \(a.type.shape) has not \(inputCount) columns")
        }
        return [Fact(a.element, PartialShape(dimensions.dropLast() + [.known(outputCount)]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let a = try inputs.required(0, "A")
        guard a.shape.dimensions.last == inputCount else {
            throw BitdepthError(.shapeMismatch, "A of shape \(a.shape) has not \(inputCount) columns")
        }
        let shape = try Shape(a.shape.dimensions.dropLast() + [outputCount]).checkedForEvaluation()
        let bias = inputs.optional(5)
        try bias?.requireShape([outputCount], "bias")
        let added = try bias?.doubles()
        let packed = try inputs.required(1, "B")
        // A weight of no bytes stands for a left out projection.
        let weight = packed.count == 0 ? nil : try weight(inputs, packed)
        let values = try a.doubles()
        var sums: [Double] = []
        sums.reserveCapacity(shape.count)
        for row in 0..<shape.count / outputCount {
            for n in 0..<outputCount {
                var sum = 0.0
                if let weight {
                    for k in 0..<inputCount { sum += values[row * inputCount + k] * weight[n * inputCount + k] }
                }
                sums.append(sum + (added?[n] ?? 0))
            }
        }
        return [try Tensor(reals: sums, shape: shape, type: a.type)]
    }

    /// `[N, K]`.
    private func weight(_ inputs: [Tensor?], _ packed: Tensor) throws(BitdepthError) -> [Double] {
        let blocks = blockCount
        try packed.requireCount(outputCount, blocks, blockSize * bits / 8, "B")
        let scale = try inputs.required(2, "scales")
        try scale.requireCount(outputCount, blocks, 1, "scales")
        let scales = try scale.doubles()
        let zeroPoints = try zeroPoints(inputs.optional(3))
        let blockOfInput = try groups(inputs.optional(4))
        let codes = try PackedCodes.unpacked(packed, bits: bits)
        var weight = try [Double](repeating: 0, filling: try Shape([outputCount, inputCount]))
        for n in 0..<outputCount {
            for k in 0..<inputCount {
                let block = n * blocks + blockOfInput[k]
                let code = Double(codes[n * blocks * blockSize + k])
                weight[n * inputCount + k] = (code - zeroPoints[block]) * scales[block]
            }
        }
        return weight
    }

    /// `[N, blocks]`.
    private func zeroPoints(_ given: Tensor?) throws(BitdepthError) -> [Double] {
        let blocks = blockCount
        guard let given else {
            return try [Double](repeating: Double(1 << (bits - 1)), filling: try Shape([outputCount, blocks]))
        }
        if given.type.isFloatingPoint {
            try given.requireCount(outputCount, blocks, 1, "zero_points")
            return try given.doubles()
        }
        let bytes = (blocks * bits + 7) / 8
        try given.requireCount(outputCount, bytes, 1, "zero_points")
        let codes = try PackedCodes.unpacked(given, bits: bits)
        return (0..<outputCount * blocks).map { Double(codes[$0 / blocks * (bytes * 8 / bits) + $0 % blocks]) }
    }

    /// The block whose scale each input channel has.
    private func groups(_ given: Tensor?) throws(BitdepthError) -> [Int] {
        guard let given else { return (0..<inputCount).map { $0 / blockSize } }
        let groups = try given.integers()
        // Files pad the list to whole blocks.
        guard groups.count >= inputCount, groups.allSatisfy({ $0 >= 0 && $0 < blockCount }) else {
            throw BitdepthError(
                .valueOutOfRange, "g_idx does not name one of \(blockCount) blocks for every input channel")
        }
        return Array(groups.prefix(inputCount))
    }
}

extension Tensor {
    /// - Throws: ``BitdepthError/Code/shapeMismatch`` unless the tensor has the product of three extents as its count.
    fileprivate func requireCount(_ a: Int, _ b: Int, _ c: Int, _ name: String) throws(BitdepthError) {
        guard count == (try Shape([a, b, c])).count else {
            throw BitdepthError(.shapeMismatch, "\(name) has shape \(shape); it must have \(a) × \(b) × \(c) elements")
        }
    }
}
