import BitdepthTensors

/// Which nodes were kept float because their quantization cost too much at the outputs, and what that gained.
public struct Fallback: Sendable {
    /// In the order in which they were found: what gains most for its cost first.
    public var kept: [Kept]
    /// Lowest SQNR of an output on the samples that nodes were chosen by, in dB.
    public var decibelsBefore: Double
    public var decibelsAfter: Double
    /// Part of all multiply-accumulates that is float because of this, 0 … 1.
    public var part: Double
    /// Whether these samples reach the goal.
    public var reachesGoal: Bool
    /// How often the model was quantized and measured again.
    public var rounds: Int

    /// A node that was integer before.
    public struct Kept: Sendable, Hashable {
        public var position: Int
        public var node: String
        public var operatorType: String
        /// What it, together with the others kept in the same step, cost at the output, in dB.
        public var decibels: Double
        /// Its part of all multiply-accumulates, 0 … 1.
        public var part: Double

        var reason: String {
            let work = part > 0 ? "\((part * 100).shortPercent) % of MACs" : "no MACs"
            return "costs \(decibels.oneDecimal) dB at the output; kept float (\(work))"
        }
    }
}

extension Double {
    /// A percentage with as many decimals as tell it from zero.
    fileprivate var shortPercent: String { self >= 0.05 ? oneDecimal : "less than 0.1" }
}
