/// A bin of the log-linear histogram: all FP32 numbers that share sign, exponent and the first 7 bits of the mantissa.
///
/// An octave is the 128 bins of one sign and exponent, each as wide as the others. Where the exponent field is 0
/// (subnormal numbers) the bins go on with the width of the octave above, down to the one that holds zero.
struct HistogramBin: Hashable {
    /// The upper half of the FP32 pattern.
    var pattern: UInt16

    static let perOctave = 128
    static let octaves = 512
    /// The octaves of +Inf and -Inf, which hold NaN too.
    static let specialOctaves = (positive: 255, negative: 511)
    /// Numbers nearer to zero than this cannot be told from it.
    static let smallestMagnitude = 0x1p-133

    init(octave: Int, index: Int) { pattern = UInt16(truncatingIfNeeded: octave * HistogramBin.perOctave + index) }
    init(of value: Float) { pattern = UInt16(truncatingIfNeeded: value.bitPattern >> 16) }

    var octave: Int { Int(pattern >> 7) }
    var index: Int { Int(pattern & 0x7F) }
    var isNegative: Bool { pattern >> 15 == 1 }
    var isZero: Bool { pattern & 0x7FFF == 0 }

    /// The smallest magnitude in the bin.
    var innerEdge: Double { HistogramBin.edge(UInt32(pattern & 0x7FFF)) }
    /// The magnitude at which the next bin begins.
    var outerEdge: Double { HistogramBin.edge(UInt32(pattern & 0x7FFF) + 1) }

    /// Where the bin begins on the real line.
    var lower: Double { isNegative ? -outerEdge : innerEdge }
    /// Where the bin ends on the real line.
    var upper: Double { isNegative ? -innerEdge : outerEdge }

    private static func edge(_ magnitude: UInt32) -> Double {
        // The end of the last octave has the pattern of infinity, but is 2^128.
        magnitude >= 0x7F80 ? 0x1p128 : Double(Float(bitPattern: magnitude << 16))
    }
}
