import BitdepthRuntime
import BitdepthTensors

/// How long two models take for the same sample, run in turn so that whatever disturbs the machine disturbs both.
public struct PairedLatency: Sendable, Hashable {
    /// Medians, in seconds.
    public var first: Double
    public var second: Double
    /// Runs of each that were timed.
    public var runs: Int

    public init(first: Double, second: Double, runs: Int) {
        self.first = first
        self.second = second
        self.runs = runs
    }

    /// How many times faster the second model is.
    public var speedup: Double { first / second }

    /// - Parameters:
    ///   - sample: As the models take it.
    ///   - budget: About how long to measure; never fewer than `fewestRuns` runs.
    ///   - checkpoint: Called between runs; throws to stop.
    public static func measure(
        _ first: CompiledGraph, _ second: CompiledGraph, on sample: Sample, budget: Duration = .milliseconds(300),
        fewestRuns: Int = 5, mostRuns: Int = 200, checkpoint: () throws(BitdepthError) -> Void = {}
    ) throws(BitdepthError) -> PairedLatency {
        let firstSession = first.makeSession()
        let secondSession = second.makeSession()
        // The first run compiles, the second one finds its memory in place.
        for _ in 0..<2 {
            _ = try firstSession.run(sample.tensors)
            _ = try secondSession.run(sample.tensors)
        }
        let start = ContinuousClock.now
        var times: (first: [Double], second: [Double]) = ([], [])
        while times.first.count < fewestRuns || start.duration(to: .now) < budget && times.first.count < mostRuns {
            try checkpoint()
            let begin = ContinuousClock.now
            _ = try firstSession.run(sample.tensors)
            let middle = ContinuousClock.now
            _ = try secondSession.run(sample.tensors)
            let end = ContinuousClock.now
            times.first.append(seconds(begin.duration(to: middle)))
            times.second.append(seconds(middle.duration(to: end)))
        }
        return PairedLatency(first: median(times.first), second: median(times.second), runs: times.first.count)
    }

    private static func seconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }

    private static func median(_ times: [Double]) -> Double {
        let sorted = times.sorted()
        return sorted.isEmpty ? 0 : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
