import BitdepthRuntime

/// How fast one model ran with one number of threads and one batch size.
public struct BenchResult: Sendable, Equatable {
    public var model: String
    public var isQuantized: Bool
    public var threads: Int
    public var batch: Int
    /// Seconds of each timed run, in the order in which they ran.
    public var times: [Double]
    /// Seconds to read the file, to compile it for its shapes, and of the first run.
    public var load: Double
    public var compile: Double
    public var first: Double
    /// Bytes of packed weights and tables, which all sessions share.
    public var constantBytes: Int
    /// Bytes in which one session works.
    public var arenaBytes: Int
    public var multiplyAccumulates: Int
    public var integerMultiplyAccumulates: Int
    /// Steps that compute on floats.
    public var floatSteps: Int

    public init(
        model: String, isQuantized: Bool, threads: Int, batch: Int, times: [Double], load: Double, compile: Double,
        first: Double, constantBytes: Int, arenaBytes: Int, multiplyAccumulates: Int, integerMultiplyAccumulates: Int,
        floatSteps: Int
    ) {
        self.model = model
        self.isQuantized = isQuantized
        self.threads = threads
        self.batch = batch
        self.times = times
        self.load = load
        self.compile = compile
        self.first = first
        self.constantBytes = constantBytes
        self.arenaBytes = arenaBytes
        self.multiplyAccumulates = multiplyAccumulates
        self.integerMultiplyAccumulates = integerMultiplyAccumulates
        self.floatSteps = floatSteps
    }

    public var peakBytes: Int { constantBytes.saturatingSum(arenaBytes) }

    /// The time, in milliseconds, that `share` of the runs did not exceed (nearest rank).
    public func percentile(_ share: Double) -> Double {
        guard !times.isEmpty else { return .nan }
        let rank = Int((share * Double(times.count)).rounded(.up))
        return times.sorted()[min(max(rank, 1), times.count) - 1] * 1000
    }

    public var median: Double { percentile(0.5) }
    public var minimum: Double { (times.min() ?? .nan) * 1000 }

    /// Samples per second over all timed runs.
    public var throughput: Double { Double(batch * times.count) / times.reduce(0, +) }

    /// `float`, or `int8` with the number of steps that are float all the same.
    public var arithmetic: String {
        guard isQuantized else { return "float" }
        return floatSteps == 0 ? "int8" : "int8, \(floatSteps) float"
    }
}

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
                $0.model == reference && $0.threads == result.threads && $0.batch == result.batch
            })
        else { return nil }
        return base.median / result.median
    }

    public var table: TextTable {
        let compares = Set(results.map(\.model)).count > 1
        var columns: [TextTable.Column] = [
            .init("model", isShrinkable: true), .init("as", key: "arithmetic"), .init("thr", key: "threads", .right),
            .init("batch", .right),
            .init("min ms", key: "min_ms", .right), .init("p50 ms", key: "p50_ms", .right),
            .init("p99 ms", key: "p99_ms", .right),
            .init("per s", key: "samples_per_second", .right), .init("peak", key: "peak_bytes", .right),
        ]
        if compares { columns.append(.init("ratio", key: "speedup", .right)) }
        var table = TextTable(columns)
        for result in results {
            var cells: [TextTable.Cell] = [
                name(result), .text(result.arithmetic), .integer(result.threads), .integer(result.batch),
                BenchTable.milliseconds(result.minimum), BenchTable.milliseconds(result.median),
                BenchTable.milliseconds(result.percentile(0.99)), .significant(result.throughput, digits: 3),
                .bytes(result.peakBytes),
            ]
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
            .init("model", isShrinkable: true), .init("thr", key: "threads", .right), .init("batch", .right),
            .init("load", key: "load_ms", .right),
            .init("compile", key: "compile_ms", .right), .init("first run", key: "first_run_ms", .right),
            .init("constants", key: "constant_bytes", .right), .init("arena", key: "arena_bytes", .right),
            .init("runs", .right),
        ])
        for result in results {
            table.append([
                name(result), .integer(result.threads), .integer(result.batch), .milliseconds(result.load * 1000),
                .milliseconds(result.compile * 1000), .milliseconds(result.first * 1000), .bytes(result.constantBytes),
                .bytes(result.arenaBytes), .integer(result.times.count),
            ])
        }
        return table
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
            "model": .string(result.model), "quantized": .bool(result.isQuantized), "threads": .integer(result.threads),
            "batch": .integer(result.batch), "p50_ms": .milliseconds(result.median),
            "p99_ms": .milliseconds(result.percentile(0.99)), "min_ms": .milliseconds(result.minimum),
            "samples_per_second": .number(result.throughput),
            "peak_bytes": .integer(result.peakBytes), "constant_bytes": .integer(result.constantBytes),
            "arena_bytes": .integer(result.arenaBytes), "load_ms": .milliseconds(result.load * 1000),
            "compile_ms": .milliseconds(result.compile * 1000), "first_run_ms": .milliseconds(result.first * 1000),
            "runs": .integer(result.times.count), "speedup": .optional(speedup(result)),
            "multiply_accumulates": .integer(result.multiplyAccumulates),
            "integer_multiply_accumulates": .integer(result.integerMultiplyAccumulates),
            "float_steps": .integer(result.floatSteps),
        ]
    }

    /// INT8 results that are no faster than the float model before them, each with that one.
    public var slowQuantized: [(quantized: BenchResult, float: BenchResult)] {
        results.compactMap { result in
            guard result.isQuantized else { return nil }
            let others = results.filter { !$0.isQuantized && $0.threads == result.threads && $0.batch == result.batch }
            guard let float = others.first, result.median >= float.median else { return nil }
            return (result, float)
        }
    }
}

extension JSONValue {
    /// To the nanosecond: clocks tell no more.
    static func milliseconds(_ value: Double) -> JSONValue { .number((value * 1e6).rounded() / 1e6) }
}
