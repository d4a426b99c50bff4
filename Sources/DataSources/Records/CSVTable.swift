import BitdepthTensors

/// What the columns of a table of comma-separated values are for.
///
/// A first row with a field that is no number holds the columns' names. A column named `label` holds class numbers. Where every
/// input has a column of its name, each takes that one number; else all other columns together, in their order, are the input.
struct CSVTable: Sendable {
    /// Whether the first row holds names.
    let hasHeader: Bool
    private let width: Int
    private let labelColumn: Int?
    /// For each input, by name, its columns.
    private let columns: [(input: String, columns: [Int])]

    init(
        firstRow: [String], inputs: [InputSpecification], at place: BitdepthError.Place
    ) throws(BitdepthError) {
        hasHeader = firstRow.contains { Double($0) == nil }
        width = firstRow.count
        labelColumn = hasHeader ? firstRow.firstIndex { $0.lowercased() == RecordFile.label } : nil
        let named = hasHeader ? inputs.compactMap { input in firstRow.firstIndex(of: input.name) } : []
        if !inputs.isEmpty, named.count == inputs.count {
            columns = zip(inputs, named).map { ($0.name, [$1]) }
        } else if let input = inputs.first, inputs.count == 1 {
            columns = [(input.name, firstRow.indices.filter { [labelColumn] in $0 != labelColumn })]
        } else {
            throw BitdepthError(
                .badData, "the table has no column for each of the model's \(inputs.count) inputs", at: place,
                help: [
                    "name columns after the inputs (\(inputs.map(\.name).joined(separator: ", "))), or give JSON Lines with an object a line"
                ])
        }
    }

    /// The numbers of a row for each input.
    func values(_ row: [String], at place: BitdepthError.Place) throws(BitdepthError) -> [String: JSONNumbers] {
        try checkWidth(row, place)
        var result: [String: JSONNumbers] = [:]
        for (input, columns) in columns {
            var values: [Double] = []
            values.reserveCapacity(columns.count)
            for column in columns { values.append(try CSVTable.number(row[column], column, place)) }
            result[input] = JSONNumbers(values: values, shape: [values.count])
        }
        return result
    }

    /// A row's class number; `nil` where the table has none.
    func label(_ row: [String], at place: BitdepthError.Place) throws(BitdepthError) -> Double? {
        guard let labelColumn else { return nil }
        try checkWidth(row, place)
        return try CSVTable.number(row[labelColumn], labelColumn, place)
    }

    private func checkWidth(_ row: [String], _ place: BitdepthError.Place) throws(BitdepthError) {
        guard row.count == width else {
            throw BitdepthError(.malformedFile, "a row of \(row.count) fields; the first has \(width)", at: place)
        }
    }

    private static func number(_ field: String, _ column: Int, _ place: BitdepthError.Place) throws(BitdepthError)
        -> Double
    {
        guard let number = Double(field) else {
            throw BitdepthError(
                .malformedFile, "field \(column + 1) is \"\(field.prefix(40))\", expected a number", at: place)
        }
        return number
    }
}
