import BitdepthGraphs
import BitdepthTensors

/// A layer of long short-term memory cells, with peepholes where P is given.
///
/// With the gates i (input), o (output), f (forget) and c (cell), functions f, g and h:
/// Cₜ = f ⊙ Cₜ₋₁ + i ⊙ g(Xₜ·Wcᵀ + Hₜ₋₁·Rcᵀ + Wbc + Rbc) and Hₜ = o ⊙ h(Cₜ); i and f see Pi ⊙ Cₜ₋₁ and Pf ⊙ Cₜ₋₁, o sees
/// Po ⊙ Cₜ. With `input_forget` f is 1 - i.
/// Shapes are those of ``RNN`` with four gates in W, R and B, an initial and a last C `[D, B, H]`, and P `[D, 3·H]`.
/// Source: ONNX operator specification, LSTM-22; Hochreiter and Schmidhuber 1997; Gers and Schmidhuber 2000.
public struct LSTM: Operator {
    public static let signature = OperatorSignature("LSTM", versions: [1, 7, 14, 22], inputs: 3...8, outputs: 0...3)

    /// The gates in the order in which the weights hold them; the first three are that of the peepholes.
    public enum Gate: Int, Sendable, CaseIterable { case input, output, forget, cell }

    public let layer: RecurrentLayer
    /// Whether what is forgotten makes room for what comes in.
    public let couplesInputAndForget: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        layer = try RecurrentLayer(attributes, defaults: [.sigmoid, .tanh, .tanh])
        couplesInputAndForget = try attributes.flag("input_forget", default: false)
    }

    public var quantization: QuantizationRule { RecurrentLayer.quantization }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] { try layer.outputs(inputs, states: 2) }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let walk = try RecurrentWalk(layer, gates: Gate.allCases.count, inputs)
        let size = 3 * walk.hiddenSize
        let peepholes = try peepholes(inputs.optional(7), size: size)
        return try walk.run(from: [inputs.optional(5), inputs.optional(6)]) { step, state in
            let own = peepholes[step.direction * size..<(step.direction + 1) * size]
            advance(step, Array(own), &state)
        }
    }

    private func peepholes(_ p: Tensor?, size: Int) throws(BitdepthError) -> [Double] {
        let shape = try Shape([layer.directionCount, size])
        guard let p else { return try [Double](repeating: 0, filling: shape) }
        try p.requireShape(shape.dimensions, "P")
        return try p.doubles()
    }

    private func advance(_ step: RecurrentWalk.Step, _ peepholes: [Double], _ state: inout [[Double]]) {
        let size = state[0].count
        let (f, g, h) = (step.activations[0], step.activations[1], step.activations[2])
        let fromState = step.weights.ofState(state[0], gates: 0..<Gate.allCases.count)
        for n in 0..<size {
            func sum(_ gate: Gate, seeing cell: Double) -> Double {
                let index = gate.rawValue * size + n
                let peephole = gate == .cell ? 0 : peepholes[index]
                return layer.clipped(step.fromInput[index] + fromState[index] + peephole * cell)
            }
            let old = state[1][n]
            let input = f(sum(.input, seeing: old))
            let forget = couplesInputAndForget ? 1 - input : f(sum(.forget, seeing: old))
            let cell = forget * old + input * g(sum(.cell, seeing: old))
            state[1][n] = cell
            // The bound is one of the gates' sums: h sees the cell as it is, in ONNX Runtime too.
            state[0][n] = f(sum(.output, seeing: cell)) * h(cell)
        }
    }

    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        RecurrentLayer.upgrade(&node, to: next)
    }
}
