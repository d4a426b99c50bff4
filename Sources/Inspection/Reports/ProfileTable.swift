import BitdepthRuntime

/// Where the time of a run goes, step by step.
public struct ProfileTable: Sendable {
    /// A step with its median time in seconds, and for float steps of a quantized model why they are float.
    public struct Entry: Sendable, Equatable {
        public var step: StepDescription
        public var seconds: Double
        public var reason: String?

        public init(step: StepDescription, seconds: Double, reason: String?) {
            self.step = step
            self.seconds = seconds
            self.reason = reason
        }
    }

    public let isQuantized: Bool
    public let entries: [Entry]
    /// How many runs the medians are of.
    public let runs: Int
    /// What the steps' threads reach together at most, where that was measured.
    public let limit: MachineLimit?

    public init(isQuantized: Bool, entries: [Entry], runs: Int, limit: MachineLimit? = nil) {
        self.isQuantized = isQuantized
        self.entries = entries
        self.runs = runs
        self.limit = limit
    }

    public var seconds: Double { entries.reduce(0) { $0 + $1.seconds } }

    /// Groups of steps with their time, those that took none left out.
    public var groups: [(name: String, seconds: Double)] {
        let names: [(StepDescription.Arithmetic, String)] = [
            (.integer, "int8 kernels"), (.float, isQuantized ? "float islands" : "float kernels"),
            (.conversion, "quantize/dequantize"), (.movement, "movement"),
        ]
        return names.compactMap { arithmetic, name in
            let steps = entries.filter { $0.step.arithmetic == arithmetic }
            return steps.isEmpty ? nil : (name, steps.reduce(0) { $0 + $1.seconds })
        }
    }

    /// `420.0 µs in all`, then `int8 kernels 400.0 µs (95.2 %)` and so on.
    public var summary: [String] {
        let total = seconds
        return ["\(time(total).text) \(unit.name) in all"]
            + groups.map { name, part in
                "\(name) \(time(part).text) \(unit.name) (\(NumberText.percent(total > 0 ? part / total : 0)))"
            }
    }

    /// Short runs are told in microseconds, longer ones with fewer places.
    private var unit: (name: String, perSecond: Double, places: Int) {
        seconds < 0.001 ? ("µs", 1e6, 1) : ("ms", 1e3, seconds < 0.0095 ? 3 : seconds < 0.095 ? 2 : 1)
    }

    private func time(_ seconds: Double) -> TextTable.Cell {
        TextTable.Cell(NumberText.fixed(seconds * unit.perSecond, places: unit.places), value: .number(seconds * 1000))
    }

    /// The slowest steps first.
    ///
    /// - Parameter limit: How many rows; nil for all.
    public func table(limit: Int? = nil) -> TextTable {
        var table = TextTable([
            .init("step", isShrinkable: true), .init("op"), .init("kernel"), .init(unit.name, key: "ms", .right),
            .init("share", .right), .init("MACs", key: "multiply_accumulates", .right),
            .init("GMAC/s", key: "gmac_per_second", .right), .init("of limit", key: "share_of_limit", .right),
        ])
        let total = seconds
        let sorted = entries.enumerated().sorted { ($1.element.seconds, $0.offset) < ($0.element.seconds, $1.offset) }
        for (_, entry) in sorted.prefix(limit ?? entries.count) {
            let work = entry.step.multiplyAccumulates
            let fused = entry.step.fused.count
            table.append([
                .text(entry.step.node), .text(entry.step.operatorType + (fused > 0 ? " +\(fused)" : "")),
                .text(entry.step.kernel),
                time(entry.seconds),
                .percent(total > 0 ? entry.seconds / total : 0), work > 0 ? .count(work) : .missing,
                work > 0 && entry.seconds > 0 ? .significant(Double(work) / entry.seconds / 1e9, digits: 3) : .missing,
                share(of: entry).map(TextTable.Cell.percent) ?? .missing,
            ])
        }
        return self.limit == nil ? table.without(["share_of_limit"]) : table
    }

    /// What part of the machine's limit for its arithmetic a step reaches; `nil` where that was not measured or the step
    /// multiplies nothing.
    public func share(of entry: Entry) -> Double? {
        guard let limit, entry.step.multiplyAccumulates > 0, entry.seconds > 0 else { return nil }
        let reached = Double(entry.step.multiplyAccumulates) / entry.seconds
        return reached / (entry.step.arithmetic == .float ? limit.float : limit.integer)
    }

    /// Float steps of a quantized model, the slowest first.
    public var islands: [Entry] {
        guard isQuantized else { return [] }
        return entries.filter { $0.step.arithmetic == .float }.sorted { $0.seconds > $1.seconds }
    }

    public var islandTable: TextTable {
        var table = TextTable([
            .init("float island", key: "step", isShrinkable: true), .init("op"), .init(unit.name, key: "ms", .right),
            .init("because", key: "reason", isShrinkable: true),
        ])
        for entry in islands {
            table.append([
                .text(entry.step.node), .text(entry.step.operatorType),
                time(entry.seconds),
                entry.reason.map(TextTable.Cell.text) ?? .missing,
            ])
        }
        return table
    }

    public var json: JSONValue {
        [
            "runs": .integer(runs), "total_ms": .milliseconds(seconds * 1000),
            "groups": .object(groups.map { .init($0.name, .milliseconds($0.seconds * 1000)) }),
            "steps": .array(
                entries.map { entry in
                    [
                        "node": .string(entry.step.node), "operator": .string(entry.step.operatorType),
                        "fused": .strings(entry.step.fused), "arithmetic": .string(entry.step.arithmetic.rawValue),
                        "kernel": .string(entry.step.kernel), "ms": .milliseconds(entry.seconds * 1000),
                        "multiply_accumulates": .integer(entry.step.multiplyAccumulates),
                        "share_of_limit": .optional(share(of: entry)), "reason": .optional(entry.reason),
                    ]
                }),
            "limit": limit.map {
                [
                    "integer_gmac_per_second": .number($0.integer / 1e9),
                    "float_gmac_per_second": .number($0.float / 1e9),
                ]
            } ?? .null,
        ]
    }
}
