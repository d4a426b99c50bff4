import Bitdepth

/// A model and how long it took to read.
struct LoadedModel {
    let path: String
    let model: Model
    let seconds: Double

    init(_ path: String, allowLinks: Bool) throws(BitdepthError) {
        let start = ContinuousClock.now
        model = try Model(contentsOf: path, allowLinks: allowLinks)
        seconds = start.duration(to: .now).inSeconds
        self.path = path
    }
}

/// A model made ready to be timed with one number of threads and one batch size.
final class BenchSubject: BenchContender {
    let path: String
    let isQuantized: Bool
    let compiled: CompiledGraph
    let inputs: [String: Tensor]
    private let session: Session
    var result: BenchResult
    /// The names of the inputs and outputs in the model's order.
    private let ports: (inputs: [String], outputs: [String])

    /// - Parameter batch: `nil` for 1, or what the model fixes.
    init(
        _ loaded: LoadedModel, threads: Int, batch: Int?, shapes: [ShapeArgument],
        values: [InputValueArgument], files: [InputArgument], seed: UInt64, instructionSet: InstructionSet
    ) throws(BitdepthError) {
        path = loaded.path
        isQuantized = loaded.model.isQuantized
        ports = (loaded.model.inputs.map(\.name), loaded.model.graph.outputs.map(\.name.text))
        let named = loaded.model.inputs
        let own = shapes.filter { shape in shape.input.map { name in named.contains { $0.name == name } } ?? true }
        inputs = try locating(.init(file: loaded.path)) { () throws(BitdepthError) in
            if !files.isEmpty {
                return try RunInputs(files, for: loaded.model, recipe: .raw, areWhole: true, seed: seed).sample(at: 0)
                    .tensors
            }
            return try BenchSubject.noise(
                try BenchSubject.fixed(try own.applied(to: named), batch: batch), values, seed: seed)
        }
        let start = ContinuousClock.now
        let compiled = try locating(.init(file: loaded.path)) { () throws(BitdepthError) in
            try loaded.model.compiled(threads: threads, options: CompileOptions(instructionSet: instructionSet))
        }
        let work = try locating(.init(file: loaded.path)) { [inputs] () throws(BitdepthError) in
            try compiled.work(for: inputs)
        }
        let compile = start.duration(to: .now).inSeconds
        self.compiled = compiled
        session = compiled.makeSession()
        result = BenchResult(
            model: loaded.path, isQuantized: isQuantized, threads: threads,
            batch: named.first.flatMap { [inputs] in inputs[$0.name]?.shape.dimensions.first } ?? 1, times: [],
            load: loaded.seconds,
            compile: compile,
            first: 0, constantBytes: work.constantBytes, arenaBytes: work.workingBytes,
            multiplyAccumulates: work.multiplyAccumulates.total,
            integerMultiplyAccumulates: work.multiplyAccumulates.integer,
            floatSteps: work.descriptions.count { $0.arithmetic == .float })
        result.first = try run()
    }

    /// The inputs with their batch axis fixed.
    private static func fixed(_ inputs: [InputSpecification], batch: Int?) throws(BitdepthError) -> [InputSpecification]
    {
        var inputs = inputs
        for index in inputs.indices {
            guard var dimensions = inputs[index].shape.dimensions, let first = dimensions.first else { continue }
            if let batch, let own = first.value, own != batch {
                throw BitdepthError(
                    .usage, "the batch of input \(inputs[index]) is fixed at \(own), --batch asks for \(batch)",
                    help: ["leave --batch out to time it as it is"])
            }
            dimensions[0] = .known(first.value ?? batch ?? 1)
            inputs[index].shape = PartialShape(dimensions)
        }
        return inputs
    }

    /// Normal noise for floats, any codes for 8-bit inputs, zeros for indices, which must lie in range; or what was said.
    private static func noise(
        _ inputs: [InputSpecification], _ values: [InputValueArgument], seed: UInt64
    ) throws(BitdepthError) -> [String: Tensor] {
        let constants = Dictionary(values.map { ($0.input, $0.value) }) { $1 }
        let options = DataSource.Options(constants: constants, randomCount: 1, seed: seed)
        var tensors = try DataSource.open("random", inputs: inputs, options: options).sample(at: 0).tensors
        for (position, input) in inputs.enumerated()
        where constants[input.name] == nil && (input.type == .uint8 || input.type == .int8) {
            var generator = SeededGenerator(seed: seed, stream: UInt64(position))
            try tensors[input.name]?.withMutableBytes { bytes in
                for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: generator.next()) }
            }
        }
        return tensors
    }

    /// Seconds of one run.
    private func run() throws(BitdepthError) -> Double {
        let start = ContinuousClock.now
        _ = try outputs()
        return start.duration(to: .now).inSeconds
    }

    private func outputs() throws(BitdepthError) -> [String: Tensor] {
        try locating(.init(file: path)) { () throws(BitdepthError) in try session.run(inputs) }
    }

    func times(_ count: Int) throws -> [Double] { try (0..<count).map { _ in try run() } }

    /// The inputs in the model's order.
    var orderedInputs: [(name: String, tensor: Tensor)] {
        ports.inputs.compactMap { name in inputs[name].map { (name: name, tensor: $0) } }
    }

    /// The values of all outputs, in the model's order.
    func answer() throws(BitdepthError) -> [[Float]] {
        let outputs = try outputs()
        return try ports.outputs.compactMap { outputs[$0] }.map { tensor throws(BitdepthError) in try tensor.floats() }
    }

    func profile() throws(BitdepthError) -> [(step: StepDescription, seconds: Double)] { try session.profile(inputs) }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
