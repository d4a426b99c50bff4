import BitdepthDataSources
import BitdepthGraphs
import BitdepthMetrics
import BitdepthRuntime
import BitdepthTensors

/// Runs a model, and the model it is judged against, over samples.
public struct Evaluator: Sendable {
    public let model: CompiledGraph
    /// The float model, if there is one to compare with.
    public let baseline: CompiledGraph?
    public var threads: Int

    public init(_ model: CompiledGraph, baseline: CompiledGraph? = nil, threads: Int = 1) {
        self.model = model
        self.baseline = baseline
        self.threads = threads
    }

    /// Samples that the source leaves out as unreadable are not counted.
    ///
    /// - Parameters:
    ///   - labels: The true class of each sample; `nil` for unlabelled data.
    /// - Throws: ``BitdepthError/Code/noSamples``; ``BitdepthError/Code/badData`` when there are fewer labels than samples,
    ///   or labels but no output with a class axis.
    public func evaluate(
        _ samples: any SampleSource, labels: [Int]? = nil, progress: SampleProgress? = nil
    ) throws(BitdepthError) -> EvaluationResult {
        guard samples.count > 0 else { throw BitdepthError(.noSamples, "\(samples.summary) has no samples") }
        if let labels, labels.count != samples.count {
            throw BitdepthError(
                .badData, "there are \(labels.count) labels for \(samples.count) samples of \(samples.summary)")
        }
        let outputs = model.graph.outputs.map(\.name.text)
        let (model, baseline) = (model, baseline)
        let counter = ProgressCounter(total: samples.count, progress)
        let chunks = try ChunkedWork(count: samples.count, threads: threads).map {
            range throws(BitdepthError) -> EvaluationResult in
            let session = model.makeSession()
            let baselineSession = baseline?.makeSession()
            var result = EvaluationResult()
            for index in range {
                guard let sample = try samples.sampleIfReadable(at: index) else { continue }
                try locating(.init(sample: sample.name)) { () throws(BitdepthError) in
                    let found = try session.run(sample.tensors)
                    let reference = try baselineSession?.run(sample.tensors)
                    try result.add(found, reference, outputs: outputs, label: labels?[index])
                }
                try counter.advance()
            }
            return result
        }
        var merged = EvaluationResult()
        for chunk in chunks { merged.merge(chunk) }
        guard merged.sampleCount > 0 else { throw samples.noneReadable }
        return merged
    }
}

/// What an evaluation found.
public struct EvaluationResult: Sendable, Equatable {
    public private(set) var sampleCount = 0
    public private(set) var labelled = 0
    public private(set) var model = ClassificationMetrics()
    public private(set) var baseline = ClassificationMetrics()
    /// Model against baseline, by output.
    public private(set) var outputs: [String: OutputComparison] = [:]
    /// Samples for which an output whose length depends on the data (boxes of a detector) has another length than the
    /// baseline's, by output. They are in no other number.
    public private(set) var otherCounts: [String: Int] = [:]
    public private(set) var difference = McNemarTest()

    public init() {}

    /// The comparison of the first output: the one that labels speak of.
    public func comparison(of output: String) -> OutputComparison? { outputs[output] }

    mutating func add(
        _ found: [String: Tensor], _ reference: [String: Tensor]?, outputs names: [String], label: Int?
    ) throws(BitdepthError) {
        sampleCount += 1
        for name in names {
            guard let tensor = found[name] else { continue }
            let values = try checked(tensor, name)
            guard let other = reference?[name] else { continue }
            let expected = try checked(other, name)
            guard values.count == expected.count else {
                guard tensor.differsOnlyInCount(from: other) else {
                    throw BitdepthError(
                        .shapeMismatch, "output \"\(name)\" is \(tensor) here and \(other) in the baseline")
                }
                otherCounts[name, default: 0] += 1
                continue
            }
            try outputs[name, default: OutputComparison()].add(reference: expected, values, rows: tensor.classRows)
        }
        guard let label, let name = names.first, let output = found[name] else { return }
        guard output.classRows == 1 else {
            throw BitdepthError(
                .badData,
                "there are labels, but output \"\(name)\" is \(output): expected scores of classes for one sample",
                at: .init(tensor: name))
        }
        labelled += 1
        let isRight = try model.add(scores: try checked(output, name), label: label)
        guard let expected = try reference?[name]?.floats() else { return }
        let wasRight = try baseline.add(scores: expected, label: label)
        difference.add(firstIsRight: wasRight, secondIsRight: isRight)
    }

    /// The elements of an output, among which there may be no NaN: no comparison could be trusted.
    private func checked(_ tensor: Tensor, _ name: String) throws(BitdepthError) -> [Float] {
        let values = try tensor.floats()
        if let position = values.firstIndex(where: \.isNaN) {
            throw BitdepthError(
                .notANumber, "output \"\(name)\" is NaN at element \(position)", at: .init(tensor: name))
        }
        return values
    }

    mutating func merge(_ other: EvaluationResult) {
        sampleCount += other.sampleCount
        labelled += other.labelled
        model.merge(other.model)
        baseline.merge(other.baseline)
        for (name, comparison) in other.outputs { outputs[name, default: OutputComparison()].merge(comparison) }
        otherCounts.merge(other.otherCounts, uniquingKeysWith: +)
        difference.merge(other.difference)
    }
}

extension Tensor {
    /// Whether two values differ in shape only by how many rows they have.
    fileprivate func differsOnlyInCount(from other: Tensor) -> Bool {
        shape.rank == other.shape.rank && shape.rank > 0
            && shape.dimensions.dropFirst() == other.shape.dimensions.dropFirst()
    }

    /// Rows of class scores in `[N, classes]`, `[N, classes, 1, 1]` or `[classes]` with at least two classes; `nil` for
    /// other outputs.
    var classRows: Int? {
        if shape.rank == 1 { return shape[0] >= 2 ? 1 : nil }
        guard shape.rank >= 2, shape[0] > 0, shape[1] >= 2, shape.dimensions.dropFirst(2).allSatisfy({ $0 == 1 }) else {
            return nil
        }
        return shape[0]
    }
}
