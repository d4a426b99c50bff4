import BitdepthGraphs
import BitdepthTensors

/// The p-norm of every window: X `[N, C, D…]` → `[N, C, O…]`.
///
/// Source: ONNX operator specification, LpPool-22.
public struct LpPool: Operator {
    public static let signature = OperatorSignature("LpPool", versions: [1, 2, 11, 18, 22], inputs: 1...1)

    public let window: Window
    public let norm: LpNorm

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        window = try Window(attributes)
        norm = try LpNorm(attributes)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "X")
        return [Fact(x.element, try Pool.output(window, x.type.shape))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let pool = try Pool(window, over: x.shape)
        let values = try x.doubles()
        var norms = try [Double](repeating: 0, filling: pool.shape)
        pool.forEach { output, plane, taps in norms[output] = norm.of(taps.lazy.map { values[plane + $0.input] }) }
        return [try Tensor(reals: norms, shape: pool.shape, type: x.type)]
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        if next == 2 { try LpNorm.upgradeFloatOrder(&node) }
    }
}
