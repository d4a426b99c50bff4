import BitdepthTensors

/// Samples that lie in arrays, one array for each of the model's inputs.
public struct ArraySource: SampleSource {
    private struct Column {
        var name: String
        var array: Tensor
        var arrangement: Arrangement
    }

    public let count: Int
    public let summary: String
    private let columns: [Column]

    /// - Parameters:
    ///   - arrays: By name. For a model with one input a single array may have any name; arrays that no input is named after are
    ///     left alone.
    ///   - layout: Where the channels of the data lie; as in the model if it is not given.
    ///   - areWhole: Whether each array is one sample as it is, for inputs that have no batch axis.
    ///   - path: What samples and errors are called after.
    /// - Throws: ``BitdepthError/Code/badData`` when an array is missing, does not fit its input, or the arrays hold different
    ///   numbers of samples.
    public init(
        _ arrays: [(name: String, array: Tensor)], inputs: [InputSpecification], layout: DataLayout? = nil,
        areWhole: Bool = false, path: String
    ) throws(BitdepthError) {
        var columns: [Column] = []
        for input in inputs {
            let named = arrays.first { $0.name == input.name }?.array
            guard let array = named ?? (inputs.count == 1 && arrays.count == 1 ? arrays.first?.array : nil) else {
                throw BitdepthError(
                    .badData,
                    "there is no array for input \(input); found "
                        + arrays.map { "\"\($0.name)\"" }.joined(separator: ", "),
                    at: .init(file: path, tensor: input.name),
                    help: [
                        "give an .npz file whose keys are the model's input names: "
                            + inputs.map(\.name).joined(separator: ", ")
                    ])
            }
            let arrangement =
                areWhole
                ? try Arrangement(whole: array.shape, for: input, path: path)
                : try Arrangement(array.shape, for: input, layout: layout, path: path)
            columns.append(Column(name: input.name, array: array, arrangement: arrangement))
        }
        let counts = columns.map(\.arrangement.sampleCount)
        if let first = counts.first, let other = zip(columns, counts).first(where: { $1 != first }) {
            throw BitdepthError(
                .badData, "\"\(columns[0].name)\" has \(first) samples, \"\(other.0.name)\" has \(other.1)",
                at: .init(file: path))
        }
        count = counts.first ?? 0
        summary = path
        self.columns = columns
    }

    public func sample(at index: Int) throws(BitdepthError) -> Sample {
        try checkIndex(index)
        var tensors: [String: Tensor] = [:]
        for column in columns {
            var part = column.array
            if let rows = column.arrangement.rowsPerSample { part = try part.rows(index * rows..<(index + 1) * rows) }
            tensors[column.name] = try part.reshaped(to: column.arrangement.sampleShape).loaded()
        }
        return Sample(name: count == 1 ? summary : "\(summary)[\(index)]", tensors)
    }
}
