import BitdepthDataSources
import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthRuntime
import BitdepthTensors

/// Runs a model and the model it is judged against where they do not fit memory: one after the other, segment by segment.
public struct SegmentedEvaluation: Sendable {
    private let model: Graph
    private let baseline: Graph
    private let budget: MemoryBudget
    private let threads: Int
    private let instructionSet: InstructionSet

    /// - Parameter threads: Threads that each run uses, the calling one included.
    public init(
        _ model: Graph, baseline: Graph, budget: MemoryBudget, threads: Int = 1, instructionSet: InstructionSet = .best
    ) {
        self.model = model
        self.baseline = baseline
        self.budget = budget
        self.threads = threads
        self.instructionSet = instructionSet
    }

    /// What ``Evaluator`` finds with both models in memory.
    ///
    /// - Throws: ``BitdepthError/Code/noSamples``; what the samples and the graphs throw.
    public func evaluate(
        _ samples: any SampleSource, progress: SampleProgress? = nil
    ) throws(BitdepthError) -> EvaluationResult {
        guard samples.count > 0 else { throw BitdepthError(.noSamples, "\(samples.summary) has no samples") }
        let expected = try outputs(of: baseline, samples) { done, total throws(BitdepthError) in
            try progress?(done / 2, total)
        }
        let found = try outputs(of: model, samples) { done, total throws(BitdepthError) in
            try progress?((total + done) / 2, total)
        }
        var result = EvaluationResult()
        let names = model.outputs.map(\.name.text)
        for (found, expected) in zip(found, expected) {
            try result.add(try tensors(found), try tensors(expected), outputs: names, label: nil)
        }
        return result
    }

    private func outputs(
        of graph: Graph, _ samples: any SampleSource, _ progress: @escaping SampleProgress
    ) throws(BitdepthError) -> [[ValueName: Value]] {
        var graph = graph
        _ = try PassPipeline.standard.run(&graph)
        return try SegmentedRun(
            graph, budget: budget, outputs: graph.outputs.map(\.name), instructionSet: instructionSet,
            threads: threads
        ).run(over: samples, progress: progress)
    }

    private func tensors(_ values: [ValueName: Value]) throws(BitdepthError) -> [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        for (name, value) in values { tensors[name.text] = try value.tensor("output \"\(name)\"") }
        return tensors
    }
}
