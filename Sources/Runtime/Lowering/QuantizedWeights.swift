import BitdepthOperators
import BitdepthTensors

/// Weights, biases and multipliers of a quantized sum, checked and brought into the integers that kernels take.
struct QuantizedWeights: Sendable {
    /// Signed codes `[column][k]` in the order of the float weights.
    var codes: [Int8]
    /// Per column; all zero for symmetric weights.
    var zeroPoints: [Int32]
    /// Per column: the bias with the correction for the input's zero point folded in.
    var bias: [Int32]
    /// Per column: `S_in * S_w`, divided by `S_out` where the result is quantized.
    var multipliers: [Float]

    var isSymmetric: Bool { zeroPoints.allSatisfy { $0 == 0 } }

    /// `nil` where exactness in 32 bits cannot be proven or the forms do not fit: then the node runs in float.
    ///
    /// - Parameters:
    ///   - weight: Constant codes, one row of `depth` per output column after `rows` brought them in order.
    ///   - bias: `nil`, float values, or 32-bit codes with a scale.
    init?(
        _ weight: QuantizedConstant, rows: ([Int]) -> [Int], columns: Int, depth: Int, bias: IslandInput?,
        input: CodeParameters, output: CodeParameters?
    ) {
        guard weight.codes.type.bitWidth <= 8, weight.codes.type.isInteger, weight.codes.count == columns * depth,
            let given = try? weight.codes.integers(), let scales = weight.channelScales(columns),
            let givenZeros = weight.channelZeroPoints(columns)
        else { return nil }
        // Unsigned codes become signed ones by taking 128 off codes and zero points alike.
        let shift = weight.codes.type == .uint8 ? 128 : 0
        let rowed = rows(given).map { $0 - shift }
        let zeros = givenZeros.map { $0 - shift }
        let accumulatorScales = scales.map { Double(input.scale) * Double($0) }
        guard let integerBias = QuantizedWeights.integerBias(bias, scales: accumulatorScales) else { return nil }

        var folded: [Int32] = []
        for column in 0..<columns {
            let row = rowed[column * depth..<(column + 1) * depth]
            let zero = zeros[column]
            let correction = input.zeroPoint * row.reduce(0) { $0 + $1 - zero }
            let total = integerBias[column] - correction
            // Any partial sum in any order is at most this large.
            let bound = row.reduce(0) { $0 + abs($1) } * 255 + abs(zero) * 255 * depth + abs(total)
            guard bound <= Int(Int32.max), let exact = Int32(exactly: total) else { return nil }
            folded.append(exact)
        }
        codes = rowed.map { Int8(truncatingIfNeeded: $0) }
        zeroPoints = zeros.map { Int32($0) }
        self.bias = folded
        let divisor = Double(output?.scale ?? 1)
        multipliers = accumulatorScales.map { Float($0 / divisor) }
        guard multipliers.allSatisfy(\.isNormal) else { return nil }
    }

    /// The bias in units of the accumulator, rounded half to even.
    private static func integerBias(_ bias: IslandInput?, scales: [Double]) -> [Int]? {
        let columns = scales.count
        let reals: [Double]
        switch bias {
        case nil: return [Int](repeating: 0, count: columns)
        case .codes: return nil
        case .float(let tensor):
            guard tensor.shape.isBias(columns: columns), let values = try? tensor.doubles() else { return nil }
            reals = values
        case .constant(let constant):
            guard constant.codes.shape.isBias(columns: columns), let codes = try? constant.codes.integers(),
                let biasScales = constant.channelScales(codes.count), constant.zeroPoints.allSatisfy({ $0 == 0 })
            else { return nil }
            if codes.count == columns, zip(biasScales, scales).allSatisfy({ $0 == Float($1) }) { return codes }
            reals = zip(codes, biasScales).map { Double($0) * Double($1) }
        }
        var integers: [Int] = []
        for column in 0..<columns {
            let units = (reals[reals.count == 1 ? 0 : column] / scales[column]).rounded(.toNearestOrEven)
            guard units.magnitude < 0x1p40 else { return nil }
            integers.append(Int(units))
        }
        return integers
    }
}

extension Array {
    /// The array, filled up with `value` to the next multiple of 64 columns: what kernels load at once.
    func paddedForColumns(with value: Element) -> [Element] {
        self + [Element](repeating: value, count: (count + 63) / 64 * 64 - count)
    }
}
