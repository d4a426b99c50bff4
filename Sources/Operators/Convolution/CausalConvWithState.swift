import BitdepthGraphs
import BitdepthTensors

/// Convolution of each channel by itself over the past only, which continues where the last call ended.
///
/// input `[N, C, L]`, weight `[C, 1, k]`, optional bias `[C]` and past `[N, C, k - 1]` → output `[N, C, L]` and the last
/// k - 1 inputs, those of the past included.
/// Source: ONNX operator specification, CausalConvWithState-27.
public struct CausalConvWithState: Operator {
    public static let signature = OperatorSignature(
        "CausalConvWithState", versions: [27], inputs: 2...4, outputs: 1...2)

    public enum Activation: String, Sendable, CaseIterable { case none, silu, swish }

    public let activation: Activation

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        activation = try attributes.choice("activation", default: .none)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "input")
        let w = try inputs.required(1, "weight")
        for (fact, name) in [(x, "input"), (w, "weight")] where fact.rank ?? 3 != 3 {
            throw BitdepthError(.shapeMismatch, "\(name) has rank \(fact.rank ?? 0); it must be 3")
        }
        let taps = w.dimensions?[2].value
        if let taps, taps < 1 { throw BitdepthError(.shapeMismatch, "the kernel is empty") }
        let batch = x.dimensions?[0] ?? .unknown
        let channels = x.dimensions?[1] ?? .unknown
        let past = taps.map { Dimension.known($0 - 1) } ?? .unknown
        return [Fact(x.type), Fact(x.element, PartialShape([batch, channels, past]))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "input")
        let w = try inputs.required(1, "weight")
        let types = try infer(inputs.map { $0.map { Fact(TensorType(of: $0)) } })
        guard let stateShape = types[1].type.shape.shape else {
            throw BitdepthError(.limitExceeded, "the state of input \(x) has too many elements")
        }
        let (channels, length, past) = (x.shape[1], x.shape[2], stateShape[2])
        let bias = inputs.optional(2)
        guard w.shape.dimensions == [channels, 1, past + 1], bias?.shape.dimensions ?? [channels] == [channels],
            inputs.optional(3)?.shape ?? stateShape == stateShape
        else {
            throw BitdepthError(.shapeMismatch, "weight \(w), bias or past_state do not fit input \(x)")
        }
        let series = try series(x, inputs.optional(3), past: past)
        let (weights, biases) = (try w.doubles(), try bias?.doubles())
        var output: [Double] = []
        var state: [Double] = []
        for (row, values) in series.enumerated() {
            let channel = row % channels
            for position in 0..<length {
                var sum = biases?[channel] ?? 0
                for tap in 0...past { sum += values[position + tap] * weights[channel * (past + 1) + tap] }
                output.append(activation == .none ? sum : sum / (1 + RealFunctions.exp(-sum)))
            }
            state += values.suffix(past)
        }
        return [
            try Tensor(reals: output, shape: x.shape, type: x.type),
            try Tensor(reals: state, shape: stateShape, type: x.type),
        ]
    }

    /// What each channel of each sample is convolved with: the past, zero where there is none, and the input.
    private func series(_ x: Tensor, _ state: Tensor?, past: Int) throws(BitdepthError) -> [[Double]] {
        let length = x.shape[2]
        guard try Shape([x.shape[0], x.shape[1], length + past]).checkedForEvaluation().count > 0 else { return [] }
        let (values, before) = (try x.doubles(), try state?.doubles())
        return (0..<x.shape[0] * x.shape[1]).map { row in
            let start = before.map { Array($0[row * past..<(row + 1) * past]) } ?? [Double](repeating: 0, count: past)
            return start + values[row * length..<(row + 1) * length]
        }
    }
}
