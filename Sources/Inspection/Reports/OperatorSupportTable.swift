import BitdepthOperators

/// Which operators there are and what each can do, as a table and, of one operator, as lines.
public enum OperatorSupportTable {
    public static func table(of operators: [OperatorSupport]) -> TextTable {
        var table = TextTable([
            .init("operator"), .init("domain"), .init("since", .right), .init("latest", .right), .init("float"),
            .init("integer"), .init("quantization", isShrinkable: true), .init("gradient"),
            .init("notes", isShrinkable: true),
        ])
        for operation in operators {
            table.append([
                .text(operation.name.type), .text(operation.domain), version(operation.versions.first),
                version(operation.versions.last), .text(operation.float), optional(operation.integer),
                optional(operation.quantization),
                TextTable.Cell(gradient(operation), value: .bool(operation.hasGradient)),
                TextTable.Cell(
                    operation.notes.joined(separator: "; "), value: .strings(operation.notes)),
            ])
        }
        return table
    }

    /// What a person reads about one operator: titles and texts.
    public static func details(of operation: OperatorSupport) -> [(title: String, text: String)] {
        let versions = operation.versions.map(String.init).joined(separator: ", ")
        var details = [
            ("versions", versions), ("inputs", count(operation.inputs)), ("outputs", count(operation.outputs)),
            ("float", operation.kernels.float == nil ? "reference evaluation" : "\(operation.float) kernel"),
            ("integer", operation.integer.map { "\($0) kernel" } ?? "none, runs in float"),
        ]
        if let quantization = operation.quantization { details.append(("quantization", quantization)) }
        details.append(("gradient", gradient(operation)))
        if !operation.notes.isEmpty { details.append(("notes", operation.notes.joined(separator: "; "))) }
        return details.map { (title: $0.0, text: $0.1) }
    }

    private static func version(_ version: Int?) -> TextTable.Cell { version.map(TextTable.Cell.integer) ?? .missing }
    private static func optional(_ text: String?) -> TextTable.Cell { text.map(TextTable.Cell.text) ?? .missing }
    private static func gradient(_ operation: OperatorSupport) -> String { operation.hasGradient ? "yes" : "no" }

    private static func count(_ range: ClosedRange<Int>) -> String {
        if range.upperBound == OperatorSignature.anyNumber { return "\(range.lowerBound) or more" }
        return range.count == 1 ? String(range.lowerBound) : "\(range.lowerBound) to \(range.upperBound)"
    }
}
