import BitdepthDataSources
import BitdepthEvaluation
import BitdepthGraphs
import BitdepthPasses
import BitdepthRuntime
import BitdepthTensors

/// Calibration of graphs beyond the memory budget.
extension Calibrator {
    /// The statistics of one pass, found segment by segment: constants are in memory only while their segment runs.
    func statistics(
        over samples: any SampleSource, within budget: MemoryBudget, _ progress: SampleProgress?
    ) throws(BitdepthError) -> CalibrationStatistics {
        var failing: Int?
        do throws(BitdepthError) {
            return try observed(values, over: samples, within: budget, progress) { failing = $0 }
        } catch {
            guard error.code == .notANumber, let failing else { throw error }
            throw firstNotANumber(Subset(of: samples, indices: [failing]), within: budget) ?? error
        }
    }

    /// - Parameter note: Is told which sample is looked at.
    private func observed(
        _ values: [ValueName], over samples: any SampleSource, within budget: MemoryBudget,
        _ progress: SampleProgress?, note: (Int) -> Void
    ) throws(BitdepthError) -> CalibrationStatistics {
        let run = try SegmentedRun(
            graph, budget: budget, taps: values, instructionSet: instructionSet, threads: threads)
        let inputs = InputCheck(graph)
        let origins = ValueOrigins(graph)
        var statistics = CalibrationStatistics()
        statistics.sampleCount = try run.run(
            over: samples, check: { (sample) throws(BitdepthError) in try inputs.check(sample) }, progress: progress,
            observing: { (sample, observation) throws(BitdepthError) in
                note(sample)
                try statistics.observe(observation, origins)
            }
        ).count
        return statistics
    }

    /// The error of the first node whose result holds NaN for this sample.
    private func firstNotANumber(_ sample: Subset, within budget: MemoryBudget) -> BitdepthError? {
        guard let everything = floatResults else { return nil }
        do throws(BitdepthError) {
            _ = try observed(everything, over: sample, within: budget, nil) { _ in }
        } catch {
            return error.code == .notANumber ? error : nil
        }
        return nil
    }
}
