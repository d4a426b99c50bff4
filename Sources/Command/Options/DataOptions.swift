import ArgumentParser
import Bitdepth

/// Which samples a command works on, and how they become the model's inputs.
struct DataOptions: ParsableArguments {
    @Option(
        name: .customLong("data"),
        help: ArgumentHelp(
            "Samples: JPEG or PNG images, WAV, .npy, .npz (keys are input names), IDX (each also .gz), CSV, JSON Lines, a folder of these, a folder of one folder of images or WAV files for each class, @list.txt, - for standard input, or the word random.",
            valueName: "path"))
    var path: String?

    @Option(
        help:
            "How many samples, at equal distances over the data (default: quantize 128, compare 32, data 1000, eval all)."
    )
    var samples: Int?

    @Option(
        help: ArgumentHelp(
            "How raw values become inputs: scale=255,mean=0.286,std=0.353, layout=, dtype=; for images also resize=256, crop=224, letterbox=114, filter=, color=, background=; for WAV rate=16000, window=512, hop=; or imagenet, inception, yolo, raw (default: what the model's metadata say).",
            valueName: "recipe"))
    var preprocess: String?

    @Flag(help: "Stop at the first file that cannot be read; else such files are left out, named and counted.")
    var strictData = false

    @OptionGroup
    var shape: ShapeOption

    @Option(
        name: .customLong("input-value"), parsing: .singleValue,
        help: ArgumentHelp(
            "A number for all elements of an input that the data do not give; repeatable.", valueName: "input=number"))
    var inputValues: [InputValueArgument] = []

    func validate() throws {
        if let samples, samples < 1 { throw ValidationError("--samples must be at least 1, not \(samples)") }
    }

    /// The recipe of `--preprocess`, read before anything else so that a mistake shows at once.
    func recipe() throws(BitdepthError) -> PreprocessingRecipe? {
        try preprocess.map(PreprocessingRecipe.init(parsing:))
    }

    var isRandom: Bool { path == "random" }

    /// Opens the data for a model.
    ///
    /// - Parameters:
    ///   - models: Who may carry a recipe in its metadata, most important first.
    ///   - randomCount: How many samples `random` has.
    /// - Throws: ``BitdepthError/Code/usage`` where no data are named.
    func open(
        inputs: [InputSpecification], recipesFrom models: [Model], randomCount: Int, seed: UInt64
    ) throws(BitdepthError) -> OpenedData {
        guard let path else { throw DataOptions.missing }
        let inputs = try shaped(inputs)
        let (recipe, origin) = try chosenRecipe(models)
        let skipped = SkippedSamples()
        let options = DataSource.Options(
            layout: recipe.layout, image: recipe.image, audio: recipe.audio,
            constants: try inputValues.numbers(for: inputs),
            skipped: strictData ? nil : skipped, randomCount: randomCount, seed: seed)
        let raw = try DataSource.open(path, inputs: inputs, options: options)
        // Noise is made as the model takes it.
        let applied = isRandom ? .raw : recipe
        return OpenedData(
            source: PreprocessedSource(raw, recipe: applied, inputs: inputs), inputs: inputs,
            dataInputs: inputs.filter { options.constants[$0.name] == nil }, recipe: applied,
            origin: isRandom ? nil : origin, skipped: skipped)
    }

    /// The labels of `--labels`, a path or the word auto: as many as there are samples.
    ///
    /// - Throws: ``BitdepthError/Code/badData`` for another number of them, and what reading throws.
    func labels(_ labels: String, count: Int) throws(BitdepthError) -> [Int] {
        let (found, path) =
            labels == "auto" ? try Labels.beside(self.path ?? "") : (try Labels.read(labels), labels)
        guard found.count == count else {
            throw BitdepthError(
                .badData, "there are \(found.count) labels for \(count) samples", at: .init(file: path),
                help: ["labels and --data must be of the same part of the data set: training or test"])
        }
        return found
    }

    static let missing = BitdepthError(
        .usage, "no data were named: --data is missing",
        help: [
            "give samples of the kind that the model will see: --data PATH",
            "--data random tries things out with noise",
        ])

    private func chosenRecipe(_ models: [Model]) throws(BitdepthError) -> (PreprocessingRecipe, String?) {
        if let recipe = try recipe() { return (recipe, "--preprocess") }
        for model in models {
            if let recipe = try model.preprocessing() { return (recipe, "the model's metadata") }
        }
        return (.raw, nil)
    }

    private func shaped(_ inputs: [InputSpecification]) throws(BitdepthError) -> [InputSpecification] {
        var inputs = inputs
        for argument in shape.shapes {
            let names = inputs.map(\.name)
            let name = argument.input ?? (names.count == 1 ? names[0] : "")
            guard let index = names.firstIndex(of: name) else {
                throw BitdepthError(
                    .usage, "--shape names no input \"\(name)\"\(Suggestion.clause(for: name, among: names))",
                    help: ["the model's inputs are \(names.joined(separator: ", "))"])
            }
            inputs[index].shape = PartialShape(argument.dimensions.map(Dimension.known))
        }
        return inputs
    }
}

/// Samples ready for the model.
struct OpenedData {
    var source: PreprocessedSource
    var inputs: [InputSpecification]
    /// Those that the data give; the others are the same in every sample.
    var dataInputs: [InputSpecification]
    var recipe: PreprocessingRecipe
    /// Who chose the recipe; `nil` where nobody did and values are taken as they are.
    var origin: String?
    /// Samples that were left out so far.
    var skipped: SkippedSamples

    /// Says which samples were left out.
    func warnOfSkipped(_ messages: Messages) {
        guard let warning = skipped.warning(of: source.count) else { return }
        messages.warn(warning.message, code: warning.kind.code, help: [warning.help])
    }
}
