import BitdepthGraphs
import BitdepthTensors

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// x to the power of y; the result has the type of x, whatever the type of y.
///
/// Source: ONNX operator specification, Pow-15.
public struct Pow: FoldableOperator {
    public static let signature = OperatorSignature("Pow", versions: [1, 7, 12, 13, 15], inputs: 2...2)
    public init(_ attributes: AttributeReader) {}

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let x = try inputs.required(0, "X")
        let y = try inputs.required(1, "Y")
        return [TensorType(x.element, try PartialShape.broadcast(x.type.shape, y.type.shape))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let y = try inputs.required(1, "Y")
        let walk = try BroadcastWalk(x.shape, y.shape)
        if !x.type.isFloatingPoint, !y.type.isFloatingPoint {
            let powers = try walk.map(try x.integers(), try y.integers()) { x, y throws(BitdepthError) in
                try Pow.power(x, y)
            }
            return [try Tensor(wrapping: powers, shape: walk.shape, type: x.type)]
        }
        let powers = try walk.map(try x.doubles(), try y.doubles()) { x, y in pow(x, y) }
        if x.type.isFloatingPoint { return [try Tensor(reals: powers, shape: walk.shape, type: x.type)] }
        return [try Tensor(powers, shape: walk.shape).converted(to: x.type)]
    }

    /// The exact power, wrapped to 64 bits; negative exponents truncate toward zero.
    private static func power(_ base: Int, _ exponent: Int) throws(BitdepthError) -> Int {
        if exponent < 0 {
            guard base != 0 else { throw BitdepthError(.valueOutOfRange, "0 is raised to the power of \(exponent)") }
            if base == 1 { return 1 }
            return base == -1 ? (exponent % 2 == 0 ? 1 : -1) : 0
        }
        var result = 1
        var square = base
        var rest = exponent
        while rest > 0 {
            if rest % 2 == 1 { result = result &* square }
            square = square &* square
            rest /= 2
        }
        return result
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        try LegacyBroadcast.upgrade(&node, to: next, in: &scope)
    }
}
