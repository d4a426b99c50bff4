import BitdepthTensors

/// The outputs of one run, as people and programs read them.
public struct OutputValues: Sendable {
    public struct Output: Sendable {
        public var name: String
        public var tensor: Tensor
        /// The elements, rounded to FP64 where they are wide integers.
        var elements: [Double]
    }

    public let outputs: [Output]

    /// - Parameter outputs: In the order of the model.
    public init(_ outputs: [(name: String, tensor: Tensor)]) throws(BitdepthError) {
        var all: [Output] = []
        for (name, tensor) in outputs {
            all.append(Output(name: name, tensor: tensor, elements: try tensor.shortestDoubles()))
        }
        self.outputs = all
    }

    /// One row per output.
    public var table: TextTable {
        var table = TextTable([
            .init("output", isShrinkable: true), .init("type"), .init("shape"), .init("min", .right),
            .init("max", .right),
            .init("mean", .right),
        ])
        for output in outputs {
            let finite = output.elements.filter(\.isFinite)
            func number(_ value: Double?) -> TextTable.Cell { value.map { .significant($0) } ?? .missing }
            table.append([
                .text(output.name), .text(output.tensor.type.shortName), .text(output.tensor.shape.description),
                number(finite.min()), number(finite.max()),
                number(finite.isEmpty ? nil : finite.reduce(0, +) / Double(finite.count)),
            ])
        }
        return table
    }

    /// The table, the best classes of outputs that look like scores, and the elements of small ones.
    ///
    /// - Parameters:
    ///   - classes: How many classes are named for each row of scores.
    public func text(classes: Int) -> ReportText {
        var text = ReportText()
        text.table(table, indent: ReportText.indent)
        for output in outputs {
            if let scores = ClassScores(output.tensor.shape, output.elements) {
                text.blank()
                text.table(scores.table(of: output.name, classes: classes), indent: ReportText.indent)
                if scores.rows > ClassScores.shownRows {
                    text.line(.init("  and \(scores.rows - ClassScores.shownRows) more rows: see -o or --json", .faint))
                }
            } else if output.elements.count <= OutputValues.shownElements {
                text.field(output.name, [output.elements.map { NumberText.significant($0) }.joined(separator: " ")])
            }
            let strange = output.elements.count { !$0.isFinite }
            if strange > 0 { text.line(.init("  \(strange) elements of \(output.name) are NaN or infinite", .bad)) }
        }
        return text
    }

    static let shownElements = 16
    /// Outputs of more elements are summarised in JSON.
    public static let largestListed = 1000

    /// Elements lie flat, in row-major order; NaN and infinities are null.
    ///
    /// - Parameter isFull: Whether large outputs are listed, too.
    public func json(isFull: Bool) -> JSONValue {
        [
            "outputs": .array(
                zip(outputs, table.records).map { output, record in
                    guard case .object(var members) = record else { return record }
                    members[0].name = "name"
                    let isInteger = !output.tensor.type.isFloatingPoint
                    func value(_ element: Double) -> JSONValue {
                        if isInteger, let integer = Int(exactly: element) { return .integer(integer) }
                        return .number(element)
                    }
                    members[2].value = .array(output.tensor.shape.dimensions.map(JSONValue.integer))
                    let isListed = isFull || output.elements.count <= OutputValues.largestListed
                    members.append(.init("elements", .integer(output.elements.count)))
                    if isListed {
                        members.append(.init("values", .array(output.elements.map(value))))
                    } else {
                        members.append(
                            .init("first_values", .array(output.elements.prefix(OutputValues.shownElements).map(value)))
                        )
                    }
                    return .object(members)
                })
        ]
    }
}

/// An output that looks like scores of classes: `[rows, classes]`.
struct ClassScores {
    let rows: Int
    private let classes: Int
    private let scores: [Double]

    static let shownRows = 8

    init?(_ shape: Shape, _ scores: [Double]) {
        guard shape.rank == 2, shape[0] > 0, shape[1] > 1 else { return nil }
        (rows, classes, self.scores) = (shape[0], shape[1], scores)
    }

    /// The largest scores of a row, the first of equal ones first.
    func best(of row: Int, _ count: Int) -> [(index: Int, score: Double)] {
        let start = row * classes
        return (0..<classes).map { ($0, scores[start + $0]) }.filter { !$0.1.isNaN }
            .sorted { ($1.1, $0.0) < ($0.1, $1.0) }.prefix(count).map { (index: $0.0, score: $0.1) }
    }

    /// Whether every row is a distribution, so that scores are shares.
    private var areShares: Bool {
        (0..<rows).allSatisfy { row in
            let values = scores[row * classes..<(row + 1) * classes]
            return values.allSatisfy { (0...1).contains($0) } && abs(values.reduce(0, +) - 1) < 0.01
        }
    }

    func table(of name: String, classes count: Int) -> TextTable {
        let areShares = areShares
        var table = TextTable(
            [.init("row of \(name)", key: "row", .right)]
                + (1...max(1, min(count, classes))).map { .init("best \($0)", key: "best_\($0)") })
        for row in 0..<min(rows, ClassScores.shownRows) {
            let cells = best(of: row, count).map { index, score in
                TextTable.Cell(
                    "\(index)  \(areShares ? NumberText.percent(score) : NumberText.significant(score, digits: 3))",
                    value: ["class": .integer(index), "score": .number(score)])
            }
            table.append([.integer(row)] + cells)
        }
        return table
    }
}

extension Tensor {
    /// The elements as the FP64 numbers that people would write for them: FP32 0.1 as 0.1.
    func shortestDoubles() throws(BitdepthError) -> [Double] {
        guard type.isFloatingPoint, type != .float64 else { return try doubles() }
        return try floats().map { Double($0.description) ?? Double($0) }
    }
}
