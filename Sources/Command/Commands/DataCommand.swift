import ArgumentParser
import Bitdepth

/// `bitdepth data model.onnx --data calib/`. Not named `Data`, which is Foundation's.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "What a model will see of data: shapes, ranges, labels, and what looks wrong.",
        discussion: """
            Samples are read and preprocessed as quantize, eval and compare do it, and the model is not run. Files that cannot \
            be read are listed, unless --strict-data makes the first one an error.
            """)

    @Argument(help: "The model, an ONNX file.")
    var model: String

    @OptionGroup(title: "Data")
    var data: DataOptions

    @Option(
        help: ArgumentHelp(
            "True classes, as for eval: a file, or auto for what lies beside or in the data (default: auto, if there are any).",
            valueName: "path"))
    var labels: String?

    @OptionGroup
    var links: LinkOption

    @OptionGroup(title: "Computation")
    var compute: ComputeOptions

    @OptionGroup(title: "Output")
    var output: OutputOptions

    /// More samples than this say little that is new.
    private static let standardSamples = 1000
    private static let namedSamples = 5

    func run() throws {
        _ = try data.recipe()
        if data.path == nil { throw DataOptions.missing }
        let report = try report()
        try output.show("data", json: report.json, table: report.table, text: report.text)
    }

    private func report() throws(BitdepthError) -> DataReport {
        var model = try Model(contentsOf: self.model, allowLinks: links.allowLinks)
        // As in eval and compare: a model whose ports carry codes is given floats.
        _ = FloatPorts().run(&model.contents.graph)
        let opened = try data.open(
            inputs: model.inputs, recipesFrom: [model], randomCount: data.samples ?? DataSource.Options().randomCount,
            seed: compute.seed)
        let chosen = opened.source.evenly(data.samples ?? DataCommand.standardSamples)
        var check = DataCheck(inputs: opened.dataInputs, hints: FirstLayerHint.hints(of: model.graph))
        var summaries = opened.inputs.map(InputSummary.init)
        var names: [String] = []
        var examined = 0
        let progress = StagedProgress(output.messages, unit: "samples")
        try chosen.readInOrder(threads: try compute.threadCount()) { index, sample throws(BitdepthError) in
            try check.observe(sample)
            for input in summaries.indices { try summaries[input].observe(sample) }
            if names.count < DataCommand.namedSamples { names.append(sample.name) }
            examined += 1
            try progress.report("reading", index + 1, chosen.count)
        }
        progress.finish()
        guard examined > 0 else { throw opened.skipped.reasons.first ?? chosen.noneReadable }
        return DataReport(
            model: self.model, name: opened.source.summary, count: opened.source.count, examined: examined,
            preprocessing: opened.recipe.description, preprocessingOrigin: opened.origin,
            inputs: summaries.map(DataReport.Input.init), firstSamples: names,
            labels: try readLabels(opened.source.count),
            warnings: check.warnings.filter { !(data.isRandom && $0.kind == .noise) }.map {
                .init(code: $0.kind.code, input: $0.input, message: $0.message, help: $0.help)
            },
            skipped: opened.skipped.reasons.map {
                .init(file: $0.place.file ?? $0.place.sample ?? "a file", code: $0.code.rawValue, reason: $0.message)
            })
    }

    /// How many samples each class has. Labels that nobody asked for are told only where they fit.
    private func readLabels(_ count: Int) throws(BitdepthError) -> [(label: Int, count: Int)]? {
        guard let path = data.path else { return nil }
        let found: [Int]
        if let labels {
            found = try data.labels(labels, count: count)
        } else {
            guard let beside = try? Labels.beside(path).labels, beside.count == count else { return nil }
            found = beside
        }
        var counts: [Int: Int] = [:]
        for label in found { counts[label, default: 0] += 1 }
        return counts.sorted { $0.key < $1.key }.map { (label: $0.key, count: $0.value) }
    }
}

extension DataReport.Input {
    fileprivate init(_ summary: InputSummary) {
        let (input, values) = (summary.specification, summary.values)
        self.init(
            name: input.name, type: input.type.shortName, expected: input.shape.description,
            shapes: summary.shapes.map(\.description), samples: values.samples, values: values.count,
            notFinite: values.notFiniteCount, zeros: values.zeroCount, minimum: Double(values.minimum),
            maximum: Double(values.maximum), mean: values.mean, deviation: values.deviation)
    }
}
