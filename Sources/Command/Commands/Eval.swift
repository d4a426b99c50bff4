import ArgumentParser
import Bitdepth

/// `bitdepth eval model.int8.onnx --data test.npy --labels labels.npy --baseline model.onnx --fail-if 'top1.drop > 0.5%'`
struct Eval: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eval", abstract: "Accuracy over labelled data, agreement with the float model, and gates.",
        discussion: """
            The preprocessing is that of --preprocess, or what the model's metadata say. A gate (--fail-if) that does not hold \
            ends the command with status 1, after everything was shown.
            """)

    @Argument(help: "The model, an ONNX file.")
    var model: String

    @OptionGroup(title: "Data")
    var data: DataOptions

    @Option(
        help: ArgumentHelp(
            "True classes: IDX, .npy (each also .gz) or text with one number a line; or auto for the file beside the data, or the folders that images lie in.",
            valueName: "path"))
    var labels: String?

    @Option(help: ArgumentHelp("The float model to compare with, on the same samples.", valueName: "model"))
    var baseline: String?

    @Option(
        name: .customLong("fail-if"), parsing: .singleValue,
        help: ArgumentHelp(
            "Fail when this holds: top1, top5, top1.drop, top5.drop or agreement against a percentage, sqnr against dB, kl or cosine against a number; repeatable.",
            valueName: "condition"))
    var failIf: [String] = []

    @OptionGroup
    var links: LinkOption

    @OptionGroup(title: "Computation")
    var compute: ComputeOptions

    @OptionGroup(title: "Output")
    var output: OutputOptions

    func run() throws {
        let conditions = try parsedConditions()
        _ = try data.recipe()
        if data.path == nil { throw DataOptions.missing }
        let pair = try ModelPair(
            model, baseline: baseline, allowLinks: links.allowLinks, instructionSet: try compute.instructionSet())
        let opened = try data.open(
            inputs: pair.model.inputs, recipesFrom: [pair.model] + (pair.baseline.map { [$0] } ?? []),
            randomCount: data.samples ?? DataSource.Options().randomCount, seed: compute.seed)
        defer { opened.warnOfSkipped(output.messages) }
        let chosen = data.samples.map { opened.source.evenly($0) } ?? opened.source.evenly(opened.source.count)
        if data.isRandom {
            output.messages.warn(
                "measured on noise, which says nothing about real inputs", code: DataWarning.Kind.noise.code)
        }
        let labels = try readLabels(opened.source.count).map { labels in chosen.indices.map { labels[$0] } }

        let progress = StagedProgress(output.messages, unit: "samples")
        let result = try Evaluator(pair.compiled, baseline: pair.compiledBaseline, threads: try compute.threadCount())
            .evaluate(
                chosen, labels: labels
            ) { done, total throws(BitdepthError) in try progress.report("evaluating", done, total) }
        progress.finish()
        let latency = try PairedLatency.measure(
            pair.compiledBaseline ?? pair.compiled, pair.compiled, on: try chosen.firstReadable(),
            checkpoint: Cancellation().check)
        let table = EvaluationTable(
            result, outputs: pair.model.graph.outputs.map(\.name.text), hasBaseline: baseline != nil, latency: latency)
        try show(table, conditions, opened, pair, chosen.count)
        try judge(conditions, result)
    }

    private func parsedConditions() throws(BitdepthError) -> [FailureCondition] {
        var conditions: [FailureCondition] = []
        for text in failIf {
            let condition = try FailureCondition(parsing: text)
            if condition.metric.needsLabels, labels == nil {
                throw BitdepthError(.usage, "\(condition.metric.rawValue) in --fail-if needs --labels")
            }
            if condition.metric.needsBaseline, baseline == nil {
                throw BitdepthError(
                    .usage, "\(condition.metric.rawValue) in --fail-if needs --baseline, the float model")
            }
            conditions.append(condition)
        }
        return conditions
    }

    /// As many labels as there are samples; which of them count is chosen afterwards.
    private func readLabels(_ count: Int) throws(BitdepthError) -> [Int]? {
        guard let labels else { return nil }
        return try data.labels(labels, count: count)
    }

    private func show(
        _ table: EvaluationTable, _ conditions: [FailureCondition], _ opened: OpenedData, _ pair: ModelPair,
        _ count: Int
    ) throws {
        let machine = "\(Machine.current.processor ?? "unknown processor") · \(pair.instructionSet.rawValue)"
        var text = ReportText()
        text.field("model", [ReportText.Piece(model, .strong)] + pair.facts.map { ReportText.Piece($0) })
        if let baseline { text.field("float", [baseline]) }
        text.field(
            "data",
            [
                opened.source.summary,
                count == opened.source.count ? "\(count) samples" : "\(count) of \(opened.source.count) samples",
            ])
        text.field("input", [opened.origin.map { "\(opened.recipe) (from \($0))" } ?? "no preprocessing"])
        text.blank()
        text.append(table.text)
        text.line(.init("    speed measured on \(machine)", .faint))
        if !conditions.isEmpty { text.blank() }
        let values = conditions.map { ($0, $0.value(in: table.result)) }
        for (condition, value) in values {
            let fails = condition.fails(value)
            text.line(
                .init("  "), fails ? .init("✗", .bad) : .init("✓", .good),
                .init(" " + condition.statement(value), fails ? .strong : .plain),
                .init("   fails if \(condition.description)", .faint))
        }
        let header: JSONValue = [
            "path": .string(model), "baseline_path": .optional(baseline), "data": .string(opened.source.summary),
            "preprocess": .string(opened.recipe.description), "preprocess_from": .optional(opened.origin),
            "processor": .optional(Machine.current.processor), "instruction_set": .string(pair.instructionSet.rawValue),
            "gates": .array(
                values.map { condition, value in
                    [
                        "condition": .string(condition.description), "value": .optional(value),
                        "failed": .bool(condition.fails(value)),
                    ]
                }),
        ]
        try output.show("eval", json: header.appending(table.json), table: table.fullTable, text: text)
    }

    private func judge(_ conditions: [FailureCondition], _ result: EvaluationResult) throws(BitdepthError) {
        let failed = conditions.filter { $0.fails($0.value(in: result)) }
        guard !failed.isEmpty else { return }
        throw BitdepthError(
            .gateFailed,
            failed.map { "\($0.statement($0.value(in: result))), and the gate fails if \($0.description)" }.joined(
                separator: "; "),
            at: .init(file: model),
            help: baseline.map {
                [
                    "see which layers lost most: bitdepth compare \(ShellWord.quoted($0)) \(ShellWord.quoted(model)) --data \(ShellWord.quoted(data.path ?? ""))"
                ]
            } ?? [])
    }
}
