import CBitdepthKernels

/// What the epilogue makes of exact sums, written anew with Double rounding.
struct Requantization {
    var kind = BD_OUTPUT_U8
    var multipliers: [Float]
    var zeroPoint = 0
    var codes: ClosedRange<Int> = 0...255
    var reals: ClosedRange<Float> = -1e30...1e30

    func code(_ sum: Int64, column: Int) -> UInt8 {
        let product = Float(Int32(truncatingIfNeeded: sum)) * multipliers[column]
        let rounded = Double(product).rounded(.toNearestOrEven) + Double(zeroPoint)
        return UInt8(min(max(rounded, Double(codes.lowerBound)), Double(codes.upperBound)))
    }

    func real(_ sum: Int64, column: Int) -> Float {
        let product = Float(Int32(truncatingIfNeeded: sum)) * multipliers[column]
        return min(max(product, reals.lowerBound), reals.upperBound)
    }

    /// The kernels' form of it; `multiplier` must outlive it.
    func epilogue(multiplier: KernelMemory<Float>) -> bd_epilogue {
        bd_epilogue(
            kind: kind, multiplier: multiplier.start, zero_point: Int32(zeroPoint), minimum: Int32(codes.lowerBound),
            maximum: Int32(codes.upperBound), float_minimum: reals.lowerBound, float_maximum: reals.upperBound)
    }

    /// Random numbers for sums of about the given magnitude.
    static func random(columns: Int, magnitude: Float, using generator: inout SeededNumbers) -> Requantization {
        let multipliers = (0..<columns).map { _ in generator.real(0.2...1) * 128 / magnitude }
        let minimum = generator.chance(2) ? 0 : generator.integer(0...120)
        return Requantization(
            multipliers: multipliers, zeroPoint: generator.chance(2) ? 0 : generator.integer(0...255),
            codes: minimum...(generator.chance(2) ? 255 : generator.integer(minimum...255)), reals: -60...90)
    }
}

/// Memory for one number per column, padded to a multiple of 64 columns with anything.
func perColumn<Element: BitwiseCopyable>(_ elements: [Element]) -> KernelMemory<Element> {
    KernelMemory(count: (elements.count + 63) / 64 * 64, elements: elements)
}
