import BitdepthGraphs
import BitdepthTensors

/// A function of any number of operands of one type that broadcast together, folded from left to right.
public protocol VariadicOperator: FoldableOperator {
    func combine(_ a: Double, _ b: Double) -> Double
    func combine(_ a: Int, _ b: Int) -> Int
    /// The same of unsigned integers, where the sign makes a difference.
    func combine(_ a: UInt, _ b: UInt) -> UInt
    /// What becomes of the folded value of `count` operands.
    func finish(_ value: Double, count: Int) -> Double
    /// Whether the specification defines the operator for integers.
    static var takesIntegers: Bool { get }
}

extension VariadicOperator {
    public func finish(_ value: Double, count: Int) -> Double { value }
    public static var takesIntegers: Bool { true }

    public func combine(_ a: UInt, _ b: UInt) -> UInt {
        UInt(bitPattern: combine(Int(bitPattern: a), Int(bitPattern: b)))
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let facts = try inputs.present()
        for fact in facts { try requireSameType(facts[0].element, fact.element) }
        guard Self.takesIntegers || facts[0].element.isFloatingPoint else {
            throw BitdepthError(.typeMismatch, "\(Self.signature.name) takes tensors of floating-point numbers only")
        }
        return [TensorType(facts[0].element, try PartialShape.broadcast(facts))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        _ = try outputShape(inputs)
        let first = try inputs.required(0, "data_0")
        let rest = inputs.dropFirst().compactMap { $0 }
        var shape = first.shape
        if first.type.isFloatingPoint {
            var values = try first.doubles()
            for operand in rest {
                let walk = try BroadcastWalk(shape, operand.shape)
                values = try walk.map(values, try operand.doubles()) { a, b in combine(a, b) }
                shape = walk.shape
            }
            return [try Tensor(reals: values.map { finish($0, count: rest.count + 1) }, shape: shape, type: first.type)]
        }
        let isUnsigned = first.type == .uint64
        var values = try first.bitPatterns()
        for operand in rest {
            let walk = try BroadcastWalk(shape, operand.shape)
            values = try walk.map(values, try operand.bitPatterns()) { a, b in
                isUnsigned ? Int(bitPattern: combine(UInt(bitPattern: a), UInt(bitPattern: b))) : combine(a, b)
            }
            shape = walk.shape
        }
        return [try Tensor(wrapping: values, shape: shape, type: first.type)]
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        node.dropConsumedInputs()
    }
}

extension OperatorSignature {
    /// A function of one or more inputs.
    static func variadic(_ name: OperatorName, _ versions: [Int]) -> OperatorSignature {
        OperatorSignature(name, versions: versions, inputs: 1...anyNumber)
    }
}

/// The smallest operand; NaN wherever one of them is NaN. Source: ONNX operator specification, Min-13.
public struct Min: VariadicOperator {
    public static let signature = OperatorSignature.variadic("Min", [1, 6, 8, 12, 13])
    public init(_ attributes: AttributeReader) {}
    public func combine(_ a: Double, _ b: Double) -> Double { a.isNaN || a < b ? a : b }
    public func combine(_ a: Int, _ b: Int) -> Int { min(a, b) }
    public func combine(_ a: UInt, _ b: UInt) -> UInt { min(a, b) }
}

/// The largest operand; NaN wherever one of them is NaN. Source: ONNX operator specification, Max-13.
public struct Max: VariadicOperator {
    public static let signature = OperatorSignature.variadic("Max", [1, 6, 8, 12, 13])
    public init(_ attributes: AttributeReader) {}
    public func combine(_ a: Double, _ b: Double) -> Double { a.isNaN || a > b ? a : b }
    public func combine(_ a: Int, _ b: Int) -> Int { max(a, b) }
    public func combine(_ a: UInt, _ b: UInt) -> UInt { max(a, b) }
}

/// The sum of all operands. Source: ONNX operator specification, Sum-13.
public struct Sum: VariadicOperator {
    public static let signature = OperatorSignature.variadic("Sum", [1, 6, 8, 13])
    public init(_ attributes: AttributeReader) {}
    public func combine(_ a: Double, _ b: Double) -> Double { a + b }
    public func combine(_ a: Int, _ b: Int) -> Int { a &+ b }
}

/// The mean of all operands, floats only. Source: ONNX operator specification, Mean-13.
public struct Mean: VariadicOperator {
    public static let signature = OperatorSignature.variadic("Mean", [1, 6, 8, 13])
    public static let takesIntegers = false
    public init(_ attributes: AttributeReader) {}
    public func combine(_ a: Double, _ b: Double) -> Double { a + b }
    public func combine(_ a: Int, _ b: Int) -> Int { a &+ b }
    public func finish(_ value: Double, count: Int) -> Double { value / Double(count) }
}
