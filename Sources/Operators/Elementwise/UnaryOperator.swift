import BitdepthGraphs
import BitdepthTensors

/// An operator that maps each element by itself: type and shape stay.
///
/// The Runtime turns any of them into a table where its values are quantized to 8 bits.
public protocol UnaryOperator: FoldableOperator {
    /// The function of one real number.
    func apply(_ x: Double) -> Double

    /// The function of one element of an integer tensor; the result wraps to the tensor's type. Operators that the
    /// specification defines for floats alone keep the default, which is an error.
    func apply(_ n: Int) throws(BitdepthError) -> Int
}

extension UnaryOperator {
    public func apply(_ n: Int) throws(BitdepthError) -> Int {
        throw BitdepthError(.typeMismatch, "\(Self.signature.name) takes tensors of floating-point numbers only")
    }

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        [try inputs.required(0, "X").type]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        guard x.type.isFloatingPoint else {
            let values = try x.integers().map { n throws(BitdepthError) in try apply(n) }
            return [try Tensor(wrapping: values, shape: x.shape, type: x.type)]
        }
        return [try Tensor(reals: try x.doubles().map { apply($0) }, shape: x.shape, type: x.type)]
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        node.dropConsumedInputs()
    }

    public var quantization: QuantizationRule { .unary }
}

extension OperatorSignature {
    /// A function of one input.
    static func unary(_ name: OperatorName, _ versions: [Int]) -> OperatorSignature {
        OperatorSignature(name, versions: versions, inputs: 1...1)
    }
}
