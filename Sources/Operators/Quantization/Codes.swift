import BitdepthTensors

/// The last step of every quantization: `saturate(round(steps) + Z)`.
struct Codes {
    let type: ElementType
    private let range: ClosedRange<Int>

    /// - Throws: ``BitdepthError/Code/typeMismatch`` unless the type is an integer type that codes are kept in.
    init(_ type: ElementType) throws(BitdepthError) {
        guard type.bitWidth <= 16, let range = type.integerRange else {
            throw BitdepthError(.typeMismatch, "\(type.shortName) is not a type of quantized values")
        }
        self.type = type
        self.range = range
    }

    /// The code of a real number that was divided by the scale. NaN becomes the zero point, infinities saturate.
    func code(_ steps: Float, zeroPoint: Int) -> Int {
        if steps.isNaN { return zeroPoint }
        let rounded = steps.rounded(.toNearestOrEven)
        return Int(min(max(rounded, Float(range.lowerBound - zeroPoint)), Float(range.upperBound - zeroPoint)))
            + zeroPoint
    }
}
