import BitdepthGraphs
import BitdepthTensors

/// a + b. Source: ONNX operator specification, Add-14.
public struct Add: BinaryOperator {
    public static let signature = OperatorSignature("Add", versions: [1, 6, 7, 13, 14], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}
    public func apply(_ a: Double, _ b: Double) -> Double { a + b }
    public func apply(_ a: Int, _ b: Int) -> Int { a &+ b }
    public var quantization: QuantizationRule { .binary }
}

/// a - b. Source: ONNX operator specification, Sub-14.
public struct Sub: BinaryOperator {
    public static let signature = OperatorSignature("Sub", versions: [1, 6, 7, 13, 14], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}
    public func apply(_ a: Double, _ b: Double) -> Double { a - b }
    public func apply(_ a: Int, _ b: Int) -> Int { a &- b }
    public var quantization: QuantizationRule { .binary }
}

/// a · b. Source: ONNX operator specification, Mul-14.
public struct Mul: BinaryOperator {
    public static let signature = OperatorSignature("Mul", versions: [1, 6, 7, 13, 14], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}
    public func apply(_ a: Double, _ b: Double) -> Double { a * b }
    public func apply(_ a: Int, _ b: Int) -> Int { a &* b }
    public var quantization: QuantizationRule { .binary }
}

/// a / b; integers truncate toward zero. Stays float when quantized: the quotient's range has no bound.
///
/// Source: ONNX operator specification, Div-14.
public struct Div: BinaryOperator {
    public static let signature = OperatorSignature("Div", versions: [1, 6, 7, 13, 14], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}
    public func apply(_ a: Double, _ b: Double) -> Double { a / b }

    public func apply(_ a: Int, _ b: Int) throws(BitdepthError) -> Int {
        guard b != 0 else { throw BitdepthError(.valueOutOfRange, "\(a) is divided by zero") }
        // The smallest integer has no opposite: it wraps to itself.
        return b == -1 ? 0 &- a : a / b
    }
}

/// The remainder of a / b: with the sign of b, or, where attribute `fmod` is 1, with the sign of a as in C.
///
/// Source: ONNX operator specification, Mod-28.
public struct Mod: BinaryOperator {
    public static let signature = OperatorSignature("Mod", versions: [10, 13, 28], inputs: 2...2)
    public let takesSignOfDividend: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        takesSignOfDividend = try attributes.flag("fmod", default: false)
    }

    public func apply(_ a: Double, _ b: Double) -> Double {
        let remainder = a.truncatingRemainder(dividingBy: b)
        if takesSignOfDividend { return remainder }
        // A zero has the sign of b too.
        if remainder == 0 { return b.sign == .minus ? -0.0 : 0.0 }
        return (remainder < 0) == (b < 0) ? remainder : remainder + b
    }

    public func apply(_ a: Int, _ b: Int) throws(BitdepthError) -> Int {
        guard b != 0 else { throw BitdepthError(.valueOutOfRange, "\(a) is divided by zero") }
        if b == -1 { return 0 }
        let remainder = a % b
        return takesSignOfDividend || remainder == 0 || (remainder < 0) == (b < 0) ? remainder : remainder + b
    }
}
