/// Results of a benchmark, side by side.
public struct BenchTable: Sendable {
    public let results: [BenchResult]
    /// The model that the others are compared with.
    private let reference: String?

    public init(_ results: [BenchResult]) {
        self.results = results
        reference = results.first?.model
    }

    /// How many times faster a result is than the first model with as many threads and the same batch.
    public func speedup(_ result: BenchResult) -> Double? {
        guard
            let base = results.first(where: {
                $0.peer == nil && $0.model == reference && $0.threads == result.threads && $0.batch == result.batch
            })
        else { return nil }
        return base.median / result.median
    }

    public var table: TextTable {
        let compares = results.count > 1 && Set(results.map(\.model)).count + Set(results.map(\.engine)).count > 2
        let hasPeers = results.contains { $0.peer != nil }
        var columns: [TextTable.Column] = [
            .init("model", isShrinkable: true), .init("engine"), .init("as", key: "arithmetic"),
            .init("thr", key: "threads", .right),
            .init("batch", .right),
            .init("min ms", key: "min_ms", .right), .init("p50 ms", key: "p50_ms", .right),
            .init("p99 ms", key: "p99_ms", .right),
            .init("per s", key: "samples_per_second", .right), .init("peak", key: "peak_bytes", .right),
        ]
        if !hasPeers { columns.removeAll { $0.key == "engine" } }
        if hasPeers { columns.append(.init("agrees", key: "agreement_db", .right)) }
        if compares { columns.append(.init("ratio", key: "speedup", .right)) }
        var table = TextTable(columns)
        for result in results {
            var cells: [TextTable.Cell] = [
                name(result), .text(result.arithmetic), .integer(result.threads), .integer(result.batch),
                BenchTable.milliseconds(result.minimum), BenchTable.milliseconds(result.median),
                BenchTable.milliseconds(result.percentile(0.99)), .significant(result.throughput, digits: 3),
                .bytes(result.peakBytes),
            ]
            if hasPeers {
                cells.insert(.text(result.engine), at: 1)
                cells.append(result.peer?.agreement.map(TextTable.Cell.decibels) ?? .missing)
            }
            if compares {
                cells.append(
                    speedup(result).map { .init("\(NumberText.fixed($0, places: 2))×", value: .number($0)) } ?? .missing
                )
            }
            table.append(cells)
        }
        return table
    }

    /// The tables for people: what is the same in all rows is said once, in ``setting``.
    public var tables: (steady: TextTable, start: TextTable) {
        var keys: Set<String> = []
        if Set(results.map(\.threads)).count == 1 { keys.insert("threads") }
        if Set(results.map(\.batch)).count == 1 { keys.insert("batch") }
        return (table.without(keys), startTable.without(keys))
    }

    /// `1 thread`, `batch 8`, where all results share them.
    public var setting: [String] {
        var facts: [String] = []
        if let threads = results.first?.threads, results.allSatisfy({ $0.threads == threads }) {
            facts.append("\(threads) thread\(threads == 1 ? "" : "s")")
        }
        if let batch = results.first?.batch, results.allSatisfy({ $0.batch == batch }) {
            facts.append("batch \(batch)")
        }
        return facts
    }

    /// What happens before the steady state, and what the memory is made of.
    public var startTable: TextTable {
        var table = TextTable([
            .init("model", isShrinkable: true), .init("engine"), .init("thr", key: "threads", .right),
            .init("batch", .right), .init("load", key: "load_ms", .right),
            .init("compile", key: "compile_ms", .right), .init("first run", key: "first_run_ms", .right),
            .init("constants", key: "constant_bytes", .right), .init("arena", key: "arena_bytes", .right),
            .init("runs", .right),
        ])
        for result in results {
            table.append([
                name(result), .text(result.engine), .integer(result.threads), .integer(result.batch),
                .milliseconds(result.load * 1000), own(result, .milliseconds(result.compile * 1000)),
                .milliseconds(result.first * 1000), own(result, .bytes(result.constantBytes)),
                own(result, .bytes(result.arenaBytes)), .integer(result.times.count),
            ])
        }
        return results.contains { $0.peer != nil } ? table : table.without(["engine"])
    }

    /// What only this engine tells of itself: others load and compile in one, and do not say what their memory is for.
    private func own(_ result: BenchResult, _ cell: TextTable.Cell) -> TextTable.Cell {
        result.peer == nil ? cell : .missing
    }

    /// The file's name alone where that tells the models apart; the path is the cell's value.
    private func name(_ result: BenchResult) -> TextTable.Cell {
        func short(_ path: String) -> String {
            let file = path.split(separator: "/").last.map(String.init) ?? path
            return file.hasSuffix(".onnx") ? String(file.dropLast(5)) : file
        }
        let paths = Set(results.map(\.model))
        let text = Set(paths.map(short)).count == paths.count ? short(result.model) : result.model
        return TextTable.Cell(text, value: .string(result.model))
    }

    /// The unit stands above the column.
    private static func milliseconds(_ value: Double) -> TextTable.Cell {
        let text = NumberText.milliseconds(value)
        return TextTable.Cell(text.hasSuffix(" ms") ? String(text.dropLast(3)) : text, value: .number(value))
    }

    public var json: JSONValue { .array(results.map(json(of:))) }

    public func json(of result: BenchResult) -> JSONValue {
        [
            "model": .string(result.model), "engine": .string(result.engine), "quantized": .bool(result.isQuantized),
            "threads": .integer(result.threads),
            "batch": .integer(result.batch), "p50_ms": .milliseconds(result.median),
            "p99_ms": .milliseconds(result.percentile(0.99)), "min_ms": .milliseconds(result.minimum),
            "samples_per_second": .number(result.throughput),
            "peak_bytes": .integer(result.peakBytes), "constant_bytes": .integer(result.constantBytes),
            "arena_bytes": .integer(result.arenaBytes), "load_ms": .milliseconds(result.load * 1000),
            "compile_ms": .milliseconds(result.compile * 1000), "first_run_ms": .milliseconds(result.first * 1000),
            "runs": .integer(result.times.count), "speedup": .optional(speedup(result)),
            "multiply_accumulates": .integer(result.multiplyAccumulates),
            "integer_multiply_accumulates": .integer(result.integerMultiplyAccumulates),
            "float_steps": .integer(result.floatSteps), "agreement_db": .optional(result.peer?.agreement),
        ]
    }

    /// INT8 results that are no faster than the float model before them, each with that one.
    public var slowQuantized: [(quantized: BenchResult, float: BenchResult)] {
        results.compactMap { result in
            guard result.isQuantized, result.peer == nil else { return nil }
            let others = results.filter {
                $0.peer == nil && !$0.isQuantized && $0.threads == result.threads && $0.batch == result.batch
            }
            guard let float = others.first, result.median >= float.median else { return nil }
            return (result, float)
        }
    }
}

extension JSONValue {
    /// To the nanosecond: clocks tell no more.
    static func milliseconds(_ value: Double) -> JSONValue { .number((value * 1e6).rounded() / 1e6) }
}
