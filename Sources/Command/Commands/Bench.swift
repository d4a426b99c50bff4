import ArgumentParser
import Bitdepth

/// `bitdepth bench model.onnx model.int8.onnx --threads 1,2`
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Latency, throughput and memory of one or more models.",
        discussion: """
            The models, and with --against the engines of others, take turns, so that whatever disturbs the machine disturbs all of them; speed does not depend on the \
            inputs' values, which are seeded noise. Peak memory is the program's constants (packed weights) and the arena of \
            one session; the rest of the process is not counted. Other engines run in processes of their own, from Python packages (python3, or \
            BITDEPTH_PYTHON): ort is onnxruntime, openvino is openvino with FP32 floats, litert is ai-edge-litert with the .tflite file \
            of the same name. Their peak is what the process grew by; how far their outputs are from ours is said in dB.
            """)

    @Argument(help: "ONNX files; the first is what the others are compared with.")
    var models: [String]

    @Option(
        name: [.customShort("j"), .long],
        help: ArgumentHelp("Numbers of threads (default: physical cores, or BITDEPTH_THREADS).", valueName: "n,…"))
    var threads: CountList?

    @Option(help: ArgumentHelp("Batch sizes (default: 1, or what the model fixes).", valueName: "n,…"))
    var batch: CountList?

    @Option(help: ArgumentHelp("How long each model runs: 2s, 500ms.", valueName: "time"))
    var minTime = DurationArgument(seconds: 1)

    @Option(help: "Exactly so many timed runs of each model, instead of --min-time.")
    var runs: Int?

    @Option(help: "Runs before those that are timed.")
    var warmup = 5

    @OptionGroup
    var shape: ShapeOption

    @Option(
        name: .customLong("input-value"), parsing: .singleValue,
        help: ArgumentHelp(
            "A number for all elements of an input that decides the way through the model; repeatable.",
            valueName: "input=number"))
    var inputValues: [InputValueArgument] = []

    @Option(
        help: ArgumentHelp(
            "Engines to time side by side on the same files and inputs: ort, openvino, litert.", valueName: "engine,…"))
    var against: PeerList?

    @Option(
        name: .customLong("input"), parsing: .singleValue,
        help: ArgumentHelp(
            "Arrays to feed as they are instead of noise, as for `run --whole`; repeatable.", valueName: "name=path"))
    var inputFiles: [InputArgument] = []

    @Flag(help: "Where the time goes, step by step, and how near each is to this machine's limit, which is measured.")
    var profile = false

    @Flag(help: "Where the time goes, step by step, and what is float and why.")
    var explain = false

    @Option(help: "Instruction set of the kernels; results are the same with each.")
    var isa = InstructionSetChoice(nil)

    @Option(help: "Seed of the inputs.")
    var seed: UInt64 = 0

    @OptionGroup
    var links: LinkOption

    @OptionGroup(title: "Output")
    var output: OutputOptions

    func validate() throws {
        if models.isEmpty { throw ValidationError("name at least one model") }
        if let runs, runs < 1 { throw ValidationError("--runs must be at least 1, not \(runs)") }
        if !inputFiles.isEmpty, batch != nil || !shape.shapes.isEmpty || !inputValues.isEmpty {
            throw ValidationError(
                "--input gives the inputs and their shapes: --batch, --shape and --input-value have no say")
        }
        if warmup < 0 { throw ValidationError("--warmup must not be negative") }
        if let most = threads?.counts.max(), most > 1024 {
            throw ValidationError("--threads must be between 1 and 1024, not \(most)")
        }
    }

    /// The shared meaning of threads and instruction set, for what this command has in lists.
    func compute() throws -> ComputeOptions {
        var options = try ComputeOptions.parse([])
        options.isa = isa
        return options
    }

    func run() throws {
        let instructionSet = try compute().instructionSet()
        let threadCounts = try threads?.counts ?? [compute().threadCount()]
        let loaded = try loadModels()
        warn(aboutThreads: threadCounts)
        let limit = profile ? try MachineLimit.measured(instructionSet) : nil
        var results: [BenchResult] = []
        var profiles: [ProfileTable] = []
        for threads in threadCounts {
            for batch in batch.map({ $0.counts.map(Optional.some) }) ?? [nil] {
                let subjects = try loaded.map { model in
                    try BenchSubject(
                        model, threads: threads, batch: batch, shapes: shape.shapes, values: inputValues,
                        files: inputFiles,
                        seed: seed,
                        instructionSet: instructionSet)
                }
                let peers = try subjects.flatMap { subject in
                    try (against?.engines ?? []).map { try BenchPeerSubject($0, like: subject) }
                }
                let contenders: [any BenchContender] = subjects + peers
                try measure(contenders)
                results += contenders.map(\.result)
                guard explain || profile else { continue }
                for subject in subjects { profiles.append(try profile(subject, limit)) }
            }
        }
        try show(BenchTable(results), profiles, instructionSet)
        warn(aboutSlow: BenchTable(results))
        warn(aboutFar: results)
    }

    private func loadModels() throws -> [LoadedModel] {
        let loaded = try models.map { path in try LoadedModel(path, allowLinks: links.allowLinks) }
        for shape in shape.shapes {
            guard let name = shape.input, !loaded.contains(where: { $0.model.inputs.contains { $0.name == name } })
            else { continue }
            // One of them says what its inputs are called.
            _ = try [shape].applied(to: loaded[0].model.inputs)
        }
        for value in inputValues
        where !loaded.contains(where: { $0.model.inputs.contains { $0.name == value.input } }) {
            _ = try [value].numbers(for: loaded[0].model.inputs)
        }
        return loaded
    }

    private func warn(aboutThreads counts: [Int]) {
        let cores = Machine.current.physicalCores
        guard let most = counts.max(), most > cores else { return }
        output.messages.warn("\(most) threads on \(cores) physical cores: they wait for each other")
    }

    /// Where another engine computes something else, its time says nothing.
    private func warn(aboutFar results: [BenchResult]) {
        for result in results {
            guard let agreement = result.peer?.agreement, agreement < Bench.leastAgreement else { continue }
            output.messages.warn(
                "\(result.engine) is \(NumberText.decibels(agreement)) from this engine on \(result.model): they compute different things",
                help: inputFiles.isEmpty ? ["noise may be far from what the model is made for: give it --input"] : [])
        }
    }

    private func warn(aboutSlow table: BenchTable) {
        for (quantized, float) in table.slowQuantized {
            output.messages.warn(
                "INT8 is not faster than float: \(quantized.model) takes \(NumberText.milliseconds(quantized.median)), \(float.model) \(NumberText.milliseconds(float.median)) (\(quantized.threads) threads, batch \(quantized.batch))",
                help: explain ? [] : ["--explain shows where the time goes"])
        }
    }
}
