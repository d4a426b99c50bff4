import Bitdepth

extension Bench {
    /// Steps that `--explain` shows unless asked for all by `-v`.
    private static let shownSteps = 12

    func show(_ table: BenchTable, _ profiles: [ProfileTable], _ instructionSet: InstructionSet) throws {
        switch output.resultFormat {
        case .json, .jsonl: try output.show("bench", json: json(table, profiles, instructionSet)) { _ in [] }
        case .csv: try output.show(table.table, kind: "bench")
        case .markdown:
            try output.show(table.table, kind: "bench")
            try output.terminal.output.writeLine(
                "\nhost: " + (host(instructionSet) + [runs(table)]).joined(separator: " · "))
        case .table: try output.show(text(table, profiles, instructionSet))
        }
    }

    private func text(_ table: BenchTable, _ profiles: [ProfileTable], _ instructionSet: InstructionSet) -> ReportText {
        var text = ReportText()
        let tables = table.tables
        text.table(tables.steady, indent: 2)
        text.blank()
        text.table(tables.start, indent: 2)
        for (result, profile) in zip(table.results.filter { $0.peer == nil }, profiles) {
            add(profile, of: result, to: &text, instructionSet)
        }
        text.blank()
        text.field("measured", table.setting + ["models in turn", runs(table)])
        text.field("host", host(instructionSet))
        text.field(
            "peak", ["constants (packed weights, tables)", "arena (inputs, activations, outputs of one session)"])
        return text
    }

    private func add(
        _ profile: ProfileTable, of result: BenchResult, to text: inout ReportText, _ instructionSet: InstructionSet
    ) {
        text.blank()
        text.line(.init("  \(result.model)", .strong), .init(" · threads \(result.threads) · batch \(result.batch)"))
        text.field("time", profile.summary)
        let limit = output.verbose > 0 ? nil : Bench.shownSteps
        text.table(profile.table(limit: limit), indent: 4)
        if let limit, profile.entries.count > limit {
            text.line(.init("    \(profile.entries.count - limit) more steps: see -v", .faint))
        }
        if let limit = profile.limit {
            text.field(
                "limit",
                [
                    "int8 \(NumberText.fixed(limit.integer / 1e9, places: 0)) GMAC/s",
                    "float \(NumberText.fixed(limit.float / 1e9, places: 0)) GMAC/s",
                    "measured on data in the nearest cache, \(result.threads) × one core",
                ])
        }
        guard explain else { return }
        if !profile.islands.isEmpty {
            text.line(.init("  \(profile.islands.count) float steps break the integer path", .strong))
            text.table(profile.islandTable, indent: 4)
        } else if result.isQuantized {
            text.line(.init("  no float island: the path from the first to the last code is integer", .good))
        }
        if result.isQuantized, instructionSet == .avx2 {
            text.line(
                .init(
                    "  without VNNI the integer kernels multiply 16-bit pairs: at most about twice as fast as float",
                    .faint))
        }
    }

    private func runs(_ table: BenchTable) -> String {
        let counts = table.results.map(\.times.count)
        let runs = counts.min().flatMap { low in counts.max().map { low == $0 ? "\(low)" : "\(low) to \($0)" } } ?? "0"
        return "\(runs) runs after \(warmup) to warm up, outliers kept"
    }

    private func host(_ instructionSet: InstructionSet) -> [String] {
        let machine = Machine.current
        return [
            machine.processor ?? "unknown processor", "\(machine.physicalCores) cores",
            "kernels \(instructionSet.rawValue)",
            "bitdepth \(Version.current)",
        ]
    }

    private func json(_ table: BenchTable, _ profiles: [ProfileTable], _ instructionSet: InstructionSet) -> JSONValue {
        let machine = Machine.current
        var rest = profiles[...]
        let results = table.results.map { result -> JSONValue in
            let json = table.json(of: result)
            guard result.peer == nil, let profile = rest.popFirst() else { return json }
            return json.appending(["explain": profile.json])
        }
        return [
            "results": .array(results),
            "host": [
                "processor": .optional(machine.processor), "physical_cores": .integer(machine.physicalCores),
                "logical_processors": .integer(machine.logicalProcessors),
                "instruction_set": .string(instructionSet.rawValue),
                "system": .string(machine.system), "version": .string(Version.current),
            ],
            "warmup": .integer(warmup), "seed": .integer(Int(truncatingIfNeeded: seed)),
        ]
    }
}
