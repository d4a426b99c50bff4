import BitdepthRuntime

/// What a program's arena is made of, the largest buffers first.
public struct MemoryTable: Sendable {
    public let use: MemoryUse
    /// Names of the steps, in order.
    public let steps: [String]

    public init(_ program: Program) {
        use = program.memory
        steps = program.descriptions.map(\.node)
    }

    /// `arena 1.5 MB`, `at most 1.4 MB in use at once, at /features.2/Conv` and so on.
    public var summary: [String] {
        let peak = use.peak
        var facts = [
            "arena \(NumberText.bytes(use.arenaBytes))",
            "most in use at once \(NumberText.bytes(peak.bytes)), at \(name(ofStep: peak.step))",
            "with a place for each value \(NumberText.bytes(use.separateBytes))",
        ]
        if use.sharedValues > 0 { facts.append("\(use.sharedValues) values in place of others") }
        return facts + ["constants \(NumberText.bytes(use.constantBytes))"]
    }

    public var table: TextTable {
        var table = TextTable([
            .init("value", isShrinkable: true), .init("bytes", .right), .init("offset", .right),
            .init("from", key: "first_step", isShrinkable: true), .init("to", key: "last_step", isShrinkable: true),
        ])
        for buffer in sorted {
            table.append([
                .text(buffer.values.isEmpty ? "(working memory)" : buffer.values.joined(separator: " = ")),
                .bytes(buffer.bytes), .integer(buffer.offset), step(buffer.steps.lowerBound),
                step(buffer.steps.upperBound),
            ])
        }
        return table
    }

    public var json: JSONValue {
        let peak = use.peak
        return [
            "arena_bytes": .integer(use.arenaBytes), "constant_bytes": .integer(use.constantBytes),
            "peak_bytes": .integer(peak.bytes), "peak_step": .string(name(ofStep: peak.step)),
            "separate_bytes": .integer(use.separateBytes), "shared_values": .integer(use.sharedValues),
            "buffers": .array(
                use.buffers.map { buffer in
                    [
                        "values": .array(buffer.values.map(JSONValue.string)), "bytes": .integer(buffer.bytes),
                        "offset": .integer(buffer.offset), "first_step": .integer(buffer.steps.lowerBound),
                        "last_step": .integer(buffer.steps.upperBound),
                    ]
                }),
        ]
    }

    private var sorted: [MemoryUse.Buffer] {
        use.buffers.enumerated().sorted { ($1.element.bytes, $0.offset) < ($0.element.bytes, $1.offset) }.map(\.element)
    }

    private func step(_ index: Int) -> TextTable.Cell { TextTable.Cell(name(ofStep: index), value: .integer(index)) }

    private func name(ofStep index: Int) -> String {
        index < 0 ? "input" : steps.indices.contains(index) ? steps[index] : "end"
    }
}
