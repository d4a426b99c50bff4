import BitdepthGraphs
import BitdepthMetrics

/// How much noise each source of a plan makes at the outputs of the model, as parts of the outputs' energy.
///
/// Small noises of different places add up: that of a whole plan is about the sum of those of its sources.
struct NoiseProfile: Sendable {
    /// Float outputs of the graph.
    var outputs: [ValueName]
    /// For each source one part per output; 0.001 is 30 dB. Where an output is a probability, of the value in front of it.
    var parts: [NoiseSource: [Double]]
    let sources: NoiseSources
    /// By how much the noise of a real quantization differed from the sum, by output.
    var correction: [Double]

    init(outputs: [ValueName], sources: NoiseSources, parts: [NoiseSource: [Double]]) {
        self.outputs = outputs
        self.sources = sources
        self.parts = parts
        correction = [Double](repeating: 1, count: outputs.count)
    }

    /// The parts of noise to be expected at each output.
    func expected(_ plan: QuantizationPlan) -> [Double] {
        var sum = [Double](repeating: 0, count: outputs.count)
        for source in sources.all(in: plan) {
            guard let parts = parts[source] else { continue }
            for (output, part) in parts.enumerated() { sum[output] += part * correction[output] }
        }
        return sum
    }

    /// Learns from what a quantization by this plan really made.
    mutating func correct(by measured: [Double], of plan: QuantizationPlan) {
        for (output, part) in expected(plan).enumerated() where part > 0 && measured[output] > 0 {
            correction[output] *= measured[output] / part
        }
    }
}
