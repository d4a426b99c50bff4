import BitdepthGraphs
import BitdepthTensors

/// A layer of gated recurrent units.
///
/// With the gates z (update), r (reset) and h (hidden), f for the first two and g for the last:
/// Hₜ = (1 - z) ⊙ h + z ⊙ Hₜ₋₁, h = g(Xₜ·Whᵀ + Wbh + (r ⊙ Hₜ₋₁)·Rhᵀ + Rbh), or with `linear_before_reset`
/// h = g(Xₜ·Whᵀ + Wbh + r ⊙ (Hₜ₋₁·Rhᵀ + Rbh)).
/// Shapes are those of ``RNN`` with three gates in W, R and B.
/// Source: ONNX operator specification, GRU-22; Cho et al. 2014 (arXiv 1406.1078).
public struct GRU: Operator {
    public static let signature = OperatorSignature("GRU", versions: [1, 3, 7, 14, 22], inputs: 3...6, outputs: 0...2)

    /// The gates in the order in which the weights hold them.
    public enum Gate: Int, Sendable, CaseIterable { case update, reset, hidden }

    public let layer: RecurrentLayer
    public let isLinearBeforeReset: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        layer = try RecurrentLayer(attributes, defaults: [.sigmoid, .tanh])
        isLinearBeforeReset = try attributes.flag("linear_before_reset", default: false)
    }

    public var quantization: QuantizationRule { RecurrentLayer.quantization }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { try layer.outputs(inputs, states: 1) }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let walk = try RecurrentWalk(layer, gates: Gate.allCases.count, inputs)
        return try walk.run(from: [inputs.optional(5)]) { step, state in advance(step, &state[0]) }
    }

    private func advance(_ step: RecurrentWalk.Step, _ hidden: inout [Double]) {
        let size = hidden.count
        let (f, g) = (step.activations[0], step.activations[1])
        let fromState = step.weights.ofState(hidden, gates: 0..<2)
        let gates = fromState.indices.map { f(layer.clipped(step.fromInput[$0] + fromState[$0])) }
        let (update, reset) = (gates[..<size], Array(gates[size...]))
        let last = Gate.hidden.rawValue..<Gate.hidden.rawValue + 1
        let recurrent =
            isLinearBeforeReset
            ? zip(reset, step.weights.ofState(hidden, gates: last)).map { $0 * $1 }
            : step.weights.ofState(zip(reset, hidden).map { $0 * $1 }, gates: last)
        for n in 0..<size {
            let candidate = g(layer.clipped(step.fromInput[2 * size + n] + recurrent[n]))
            hidden[n] = (1 - update[n]) * candidate + update[n] * hidden[n]
        }
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        RecurrentLayer.upgrade(&node, to: next)
    }
}
