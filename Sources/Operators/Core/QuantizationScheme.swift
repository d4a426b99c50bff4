import BitdepthTensors

/// How real numbers become integers: bit width, sign, symmetry and how many elements share one scale.
public struct QuantizationScheme: Sendable, Hashable {
    /// 2 … 16.
    public var bits: Int
    public var isSigned: Bool
    /// Symmetric: the zero point is the middle of the range. Asymmetric: it lies where 0.0 falls.
    public var isSymmetric: Bool
    /// Symmetric weights leave out the lowest code (-128) so that the range is even about zero.
    public var isNarrow: Bool
    public var granularity: Granularity

    public enum Granularity: Sendable, Hashable {
        case perTensor
        case perChannel
        case perBlock(size: Int)
    }

    public init(
        bits: Int, isSigned: Bool, isSymmetric: Bool, isNarrow: Bool = false, granularity: Granularity = .perTensor
    ) {
        self.bits = bits
        self.isSigned = isSigned
        self.isSymmetric = isSymmetric
        self.isNarrow = isNarrow
        self.granularity = granularity
    }

    /// The smallest and largest code.
    public var codes: ClosedRange<Int> {
        isSigned ? -(1 << (bits - 1)) + (isNarrow ? 1 : 0)...(1 << (bits - 1)) - 1 : 0...(1 << bits) - 1
    }

    /// The type that stores the codes.
    public var elementType: ElementType {
        switch (bits, isSigned) {
        case (...4, true): .int4
        case (...4, false): .uint4
        case (5...8, true): .int8
        case (5...8, false): .uint8
        case (_, true): .int16
        case (_, false): .uint16
        }
    }

    public static let uint8Activations = QuantizationScheme(bits: 8, isSigned: false, isSymmetric: false)
    public static let int8Activations = QuantizationScheme(bits: 8, isSigned: true, isSymmetric: false)
    public static let int8Weights = QuantizationScheme(
        bits: 8, isSigned: true, isSymmetric: true, isNarrow: true, granularity: .perChannel)
    /// -7 … 7.
    public static let int4Weights = QuantizationScheme(
        bits: 4, isSigned: true, isSymmetric: true, isNarrow: true, granularity: .perChannel)
}
