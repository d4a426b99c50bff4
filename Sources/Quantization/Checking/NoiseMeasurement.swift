import BitdepthDataSources
import BitdepthEvaluation
import BitdepthGraphs
import BitdepthMetrics
import BitdepthOperators
import BitdepthRuntime
import BitdepthTensors

/// Measures a noise profile: each source is quantized alone, on the float values that calibration would see, and what it
/// reaches is run from there to the outputs.
struct NoiseMeasurement {
    let graph: Graph
    let facts: [ValueName: Fact]
    let plan: QuantizationPlan
    let parameters: ValueParameters
    let configuration: QuantizationConfiguration
    let threads: Int
    let instructionSet: InstructionSet

    /// Values of samples that are held at once; one sample is always.
    private static let heldBytes = 512 << 20

    /// - Parameters:
    ///   - samples: Few; fewer are taken where their values would need too much memory.
    ///   - progress: Counts sources.
    /// - Returns: The profile, and the multiply-accumulates of the float graph by node label.
    func profile(
        over samples: any SampleSource, progress: SampleProgress?
    ) throws(BitdepthError) -> (noise: NoiseProfile, multiplyAccumulates: [String: Int]) {
        let sources = NoiseSources(graph, plan)
        let outputs = graph.outputs.map(\.name).filter { facts[$0]?.element.isWideFloat ?? false }
        let smooth = graph.smoothOutputs(outputs)
        var measured = graph
        measured.outputs = Set(smooth).sorted().map { Graph.Port($0, nil) }
        var trials: [(source: NoiseSource, part: DownstreamPart)] = []
        for source in sources.all(in: plan) {
            var insertion = QDQInsertion(measured, plan.only(source), parameters, configuration)
            let changed = try insertion.run()
            trials.append((source, DownstreamPart(of: changed, from: measured, facts: facts)))
        }
        let (runs, work) = try floatRuns(
            of: measured, over: samples, keeping: Set(trials.flatMap(\.part.needed)))
        let found = trials
        let counter = ProgressCounter(total: found.count, progress)
        let parts = try ChunkedWork(count: found.count, chunk: 1, threads: threads).map {
            range throws(BitdepthError) -> [[Double]] in
            var parts: [[Double]] = []
            for index in range {
                parts.append(try noise(of: found[index].part, runs, smooth))
                try counter.advance()
            }
            return parts
        }
        let bySource = Dictionary(
            zip(found.map(\.source), parts.flatMap { $0 }), uniquingKeysWith: { first, _ in first })
        return (NoiseProfile(outputs: outputs, sources: sources, parts: bySource), work)
    }

    /// The float values of each sample that the parts read, and the outputs.
    private func floatRuns(
        of graph: Graph, over samples: any SampleSource, keeping needed: Set<ValueName>
    ) throws(BitdepthError) -> (runs: [[String: Tensor]], multiplyAccumulates: [String: Int]) {
        let taps = needed.subtracting(graph.inputs.map(\.name)).sorted()
        let options = CompileOptions(
            instructionSet: instructionSet, normalizes: false, taps: taps, tapsArePlain: true)
        let whole = try CompiledGraph(graph, options: options)
        let session = whole.makeSession()
        var runs: [[String: Tensor]] = []
        var work: [String: Int] = [:]
        var bytes = 0
        for index in 0..<samples.count {
            guard let sample = try samples.sampleIfReadable(at: index) else { continue }
            var values = sample.tensors
            let results = try session.run(values: sample.tensors.mapValues(Value.tensor)) {
                observation throws(BitdepthError) in
                values[observation.value.text] = try Tensor(Array(observation.elements), shape: observation.shape)
            }
            for case (let name, .tensor(let result)) in results { values[name] = result }
            if runs.isEmpty {
                for step in try whole.work(for: sample.tensors).descriptions where step.multiplyAccumulates > 0 {
                    work[step.node, default: 0] += step.multiplyAccumulates
                }
            }
            runs.append(values)
            let size = values.values.reduce(0) { $0 + $1.byteCount }
            bytes += size
            if bytes + size > NoiseMeasurement.heldBytes { break }
        }
        guard !runs.isEmpty else { throw samples.noneReadable }
        return (runs, work)
    }

    /// For each output the energy of the noise over that of the signal.
    private func noise(
        of part: DownstreamPart, _ runs: [[String: Tensor]], _ outputs: [ValueName]
    ) throws(BitdepthError) -> [Double] {
        var noises = [SignalToQuantizationNoise](repeating: .init(), count: outputs.count)
        let reached = Set(part.graph.outputs.map(\.name))
        guard !reached.isDisjoint(with: outputs) else { return noises.map { _ in 0 } }
        let compiled = try CompiledGraph(
            part.graph, options: CompileOptions(instructionSet: instructionSet, normalizes: false))
        let session = compiled.makeSession()
        for run in runs {
            var inputs: [String: Tensor] = [:]
            for name in part.needed { inputs[name.text] = run[name.text] }
            let results = try session.run(values: inputs.mapValues(Value.tensor))
            for (position, output) in outputs.enumerated() where reached.contains(output) {
                guard let expected = run[output.text], case .tensor(let found)? = results[output.text] else { continue }
                try noises[position].add(reference: try expected.floats(), try found.floats())
            }
        }
        return noises.map { $0.signalEnergy > 0 ? $0.noiseEnergy / $0.signalEnergy : 0 }
    }
}
