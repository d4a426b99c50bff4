import ArgumentParser
import Bitdepth

/// `bitdepth run model.onnx --input image=x.npy -o out.npz`
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Inputs in, outputs out: npy, npz, JSON, best classes.",
        discussion: """
            Inputs are .npy, .npz and IDX files (each also .gz), JPEG and PNG images, or folders of these. Their element type is converted, a missing batch axis is \
            added. An array holds one sample for each index of its first axis; --whole feeds it as it is. Values are taken as they are \
            unless --preprocess says otherwise.
            """)

    @Argument(help: "An ONNX file.")
    var model: String

    @Option(
        name: .customLong("input"), parsing: .singleValue,
        help: ArgumentHelp(
            "File for an input; repeatable. A file without NAME= serves all inputs that are not named: the keys of an .npz are input names.",
            valueName: "name=path"))
    var inputs: [InputArgument] = []

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Where the outputs go: .npz, .npy for a single output, or - for .npy on standard output.", valueName: "path"
        ))
    var output: String?

    @Flag(help: "Feed each array as it is, once: for inputs without a batch axis, such as states.")
    var whole = false

    @Option(
        help: ArgumentHelp(
            "How raw values become inputs: scale=255,mean=0.286,std=0.353, layout=, dtype=, imagenet, inception, yolo, as for quantize; the word model for what the model's metadata say; none.",
            valueName: "recipe"))
    var preprocess: String?

    @Option(help: "How many classes are shown for each row of scores.")
    var top = 5

    @Flag(help: "List all elements in JSON, however many there are.")
    var full = false

    @OptionGroup
    var links: LinkOption

    @OptionGroup(title: "Output")
    var overwrite: OverwriteOption

    @OptionGroup(title: "Computation")
    var compute: ComputeOptions

    @OptionGroup(title: "Output")
    var display: OutputOptions

    func validate() throws {
        guard top >= 1 else { throw ValidationError("--top must be at least 1, not \(top)") }
    }

    func run() throws {
        let (threads, instructionSet) = (try compute.threadCount(), try compute.instructionSet())
        let model = try Model(contentsOf: self.model, allowLinks: links.allowLinks)
        let target = try OutputTarget(
            output, outputs: model.graph.outputs.map(\.name.text), force: overwrite.force, display.terminal)
        let recipe = try recipe(of: model)
        let data = try RunInputs(inputs, for: model, recipe: recipe, areWhole: whole, seed: compute.seed)
        warn(about: data, model)
        let compiled = try locating(.init(file: self.model)) { () throws(BitdepthError) in
            try model.compiled(threads: threads, options: CompileOptions(instructionSet: instructionSet))
        }
        let progress = display.messages.progress("running", total: data.count, unit: "samples")
        let results = try data.run(compiled, file: self.model) { done throws(BitdepthError) in
            progress.update(to: done)
            try Cancellation().check()
        }
        progress.finish()
        let outputs = model.graph.outputs.map(\.name.text).compactMap { name in
            results[name].map { (name: name, tensor: $0) }
        }
        try target.write(outputs, to: display.terminal.output)
        if let path = target.path {
            display.messages.state(
                "wrote \(path): " + outputs.map { "\($0.name) \($0.tensor)" }.joined(separator: ", "))
        }
        guard !target.isStandardOutput else { return }
        let values = try OutputValues(outputs)
        try display.show("run", json: values.json(isFull: full), table: values.table, text: values.text(classes: top))
    }

    private func recipe(of model: Model) throws(BitdepthError) -> PreprocessingRecipe {
        switch preprocess {
        case nil, "none", "raw": return .raw
        case "model":
            guard let recipe = try model.preprocessing() else {
                throw BitdepthError(
                    .usage, "--preprocess model: the model's metadata have no recipe", at: .init(file: self.model),
                    help: ["spell it out: --preprocess scale=255,mean=…,std=…"])
            }
            return recipe
        case let text?: return try PreprocessingRecipe(parsing: text)
        }
    }

    /// Bytes that go into a model as they are, although it says how it wants them prepared, are nearly always a mistake.
    private func warn(about data: RunInputs, _ model: Model) {
        guard preprocess == nil, data.hasBytesForFloats,
            let stored = model.contents.annotations[PreprocessingRecipe.metadataKey]
        else {
            return
        }
        display.messages.warn(
            "bytes are taken as they are, but the model was made for inputs prepared with \(stored)",
            help: ["--preprocess model prepares them so; --preprocess none keeps them and this warning away"])
    }
}
