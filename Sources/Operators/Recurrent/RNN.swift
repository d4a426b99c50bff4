import BitdepthGraphs
import BitdepthTensors

/// A layer of simple recurrent cells: Hₜ = f(Xₜ·Wᵀ + Hₜ₋₁·Rᵀ + Wb + Rb).
///
/// X `[T, B, I]`, W `[D, H, I]`, R `[D, H, H]`, B `[D, 2·H]`, lengths `[B]`, initial H `[D, B, H]` → Y `[T, D, B, H]` and
/// the last H `[D, B, H]`, D the number of directions; with layout 1 the batch comes first. Y is zero behind a sequence's
/// end.
/// Source: ONNX operator specification, RNN-22.
public struct RNN: Operator {
    public static let signature = OperatorSignature("RNN", versions: [1, 7, 14, 22], inputs: 3...6, outputs: 0...2)

    public let layer: RecurrentLayer

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        layer = try RecurrentLayer(attributes, defaults: [.tanh])
    }

    public var quantization: QuantizationRule { RecurrentLayer.quantization }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { try layer.outputs(inputs, states: 1) }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let walk = try RecurrentWalk(layer, gates: 1, inputs)
        return try walk.run(from: [inputs.optional(5)]) { step, state in
            let fromState = step.weights.ofState(state[0], gates: 0..<1)
            state[0] = zip(step.fromInput, fromState).map { step.activations[0](layer.clipped($0 + $1)) }
        }
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        RecurrentLayer.upgrade(&node, to: next)
    }
}
