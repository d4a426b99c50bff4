import Bitdepth

/// The inputs of `run`: files fitted to what the model asks for.
struct RunInputs {
    private let sources: [(source: any SampleSource, inputs: [InputSpecification])]
    private let recipe: PreprocessingRecipe
    /// Whether several samples can be run as one batch.
    private let isBatched: Bool
    /// Samples that the files hold.
    let count: Int
    /// Whether a file has bytes for an input that takes floats.
    let hasBytesForFloats: Bool

    /// - Parameter areWhole: Whether each array is fed as it is, instead of cut along its first axis.
    /// - Throws: ``BitdepthError/Code/usage`` for a name that no input has or an input that has no file;
    ///   ``BitdepthError/Code/badData`` for files that do not fit.
    init(
        _ arguments: [InputArgument], for model: Model, recipe: PreprocessingRecipe, areWhole: Bool, seed: UInt64
    ) throws(BitdepthError) {
        self.recipe = recipe
        let byFile = try RunInputs.assigned(arguments, to: model.inputs)
        var opened: [(source: any SampleSource, inputs: [InputSpecification])] = []
        for (path, inputs) in byFile {
            let options = DataSource.Options(
                layout: recipe.layout, image: recipe.image, audio: recipe.audio, arraysAreWhole: areWhole,
                randomCount: 1, seed: seed)
            opened.append((try DataSource.open(path, inputs: inputs, options: options), inputs))
        }
        let counts = opened.map(\.source.count)
        count = counts.max() ?? 1
        if let (other, _) = zip(opened, counts).first(where: { [count] in $1 != count }) {
            throw BitdepthError(
                .badData,
                "the files hold different numbers of samples: \(other.source.count) in \(other.source.summary), \(count) in another"
            )
        }
        sources = opened
        isBatched = !areWhole && !model.inputs.isEmpty && model.inputs.allSatisfy(\.hasFreeBatch)
        hasBytesForFloats = try RunInputs.hasBytesForFloats(opened)
    }

    /// Which inputs each file is for.
    private static func assigned(
        _ arguments: [InputArgument], to inputs: [InputSpecification]
    ) throws(BitdepthError) -> [(path: String, inputs: [InputSpecification])] {
        let names = inputs.map(\.name)
        var assigned: [(path: String, inputs: [InputSpecification])] = []
        var taken: Set<String> = []
        for argument in arguments {
            guard let name = argument.input else { continue }
            guard let input = inputs.first(where: { $0.name == name }) else {
                throw BitdepthError(
                    .usage, "the model has no input \"\(name)\"\(Suggestion.clause(for: name, among: names))",
                    help: ["its inputs are " + inputs.map(\.description).joined(separator: ", ")])
            }
            guard taken.insert(name).inserted else { throw BitdepthError(.usage, "input \"\(name)\" is given twice") }
            assigned.append((argument.path, [input]))
        }
        let rest = inputs.filter { !taken.contains($0.name) }
        let unnamed = arguments.filter { $0.input == nil }
        guard unnamed.count <= 1 else {
            throw BitdepthError(
                .usage, "\(unnamed.count) files are given without the name of an input",
                help: ["write --input NAME=FILE; the inputs are \(names.joined(separator: ", "))"])
        }
        if let file = unnamed.first {
            guard !rest.isEmpty else { throw BitdepthError(.usage, "no input is left for \"\(file.path)\"") }
            assigned.append((file.path, rest))
        } else if let missing = rest.first {
            throw BitdepthError(
                .usage, "no file is given for input \(missing)", help: ["write --input \(missing.name)=FILE"])
        }
        return assigned
    }

    private static func hasBytesForFloats(
        _ opened: [(source: any SampleSource, inputs: [InputSpecification])]
    ) throws(BitdepthError) -> Bool {
        for (source, inputs) in opened where source.count > 0 {
            let sample = try source.sample(at: 0)
            if inputs.contains(where: { $0.type.isFloatingPoint && sample.tensors[$0.name]?.type == .uint8 }) {
                return true
            }
        }
        return false
    }

    /// One sample of all inputs, as the model takes it.
    ///
    /// - Throws: ``BitdepthError/Code/notANumber`` for NaN or an infinity in a float input.
    func sample(at index: Int) throws(BitdepthError) -> Sample {
        var sample = Sample(name: sources.first?.source.summary ?? "", [:])
        for (source, inputs) in sources {
            let part = try recipe.apply(to: try source.sample(at: index), inputs: inputs)
            if sources.count == 1 { sample.name = part.name }
            for input in inputs {
                guard let tensor = part.tensors[input.name] else { continue }
                try RunInputs.checkFinite(tensor, input.name, part.name)
                sample.tensors[input.name] = tensor
            }
        }
        return sample
    }

    private static func checkFinite(_ tensor: Tensor, _ input: String, _ sample: String) throws(BitdepthError) {
        guard tensor.type.isFloatingPoint, let position = try tensor.floats().firstIndex(where: { !$0.isFinite }) else {
            return
        }
        throw BitdepthError(
            .notANumber,
            "the input has \(try tensor.floats()[position].isNaN ? "NaN" : "an infinity") at element \(position)",
            at: .init(tensor: input, sample: sample),
            help: ["look for what made it: a division by zero, a missing value"])
    }

    // MARK: Running

    /// Bytes of inputs that are run as one batch.
    private static let batchBytes = 64 << 20

    /// The outputs for all samples: in one batch where the model's batch axis is free, joined along the first axis else.
    ///
    /// - Parameters:
    ///   - file: The model's, for errors of the run.
    ///   - progress: Told how many samples are done; throws to stop.
    func run(
        _ compiled: CompiledGraph, file: String, _ progress: (Int) throws(BitdepthError) -> Void
    ) throws(BitdepthError) -> [String: Tensor] {
        let session = compiled.makeSession()
        var parts: [[String: Tensor]] = []
        var done = 0
        while done < count {
            let batch = try nextBatch(from: done)
            let sample = batch.samples.count == 1 ? batch.samples[0] : try Batch.assemble(batch.samples)
            parts.append(
                try locating(.init(file: file, sample: sample.name)) { () throws(BitdepthError) in
                    try session.run(sample.tensors)
                })
            done += batch.samples.count
            try progress(done)
        }
        return parts.count == 1 ? parts[0] : try joined(parts)
    }

    private func nextBatch(from start: Int) throws(BitdepthError) -> (samples: [Sample], bytes: Int) {
        var (samples, bytes) = ([Sample](), 0)
        repeat {
            let sample = try sample(at: start + samples.count)
            bytes += sample.tensors.values.reduce(0) { $0 + $1.byteCount }
            samples.append(sample)
        } while isBatched && bytes < RunInputs.batchBytes && start + samples.count < count
        return (samples, bytes)
    }

    private func joined(_ parts: [[String: Tensor]]) throws(BitdepthError) -> [String: Tensor] {
        var results: [String: Tensor] = [:]
        for name in parts[0].keys {
            let rows = parts.compactMap { part in part[name].map { Sample([name: $0]) } }
            do throws(BitdepthError) {
                results[name] = try Batch.assemble(rows).tensors[name]
            } catch {
                throw BitdepthError(
                    .badData,
                    "the outputs of the \(count) samples cannot be joined along their first axis: \(error.message)",
                    at: .init(tensor: name), help: ["run the samples one by one"])
            }
        }
        return results
    }
}
