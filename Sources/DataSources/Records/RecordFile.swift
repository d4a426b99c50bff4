import BitdepthFormats
import BitdepthTensors

/// A text file of which each record is a sample: a row of CSV, or a line of JSON.
///
/// A line of JSON is an object of input names and numbers or nested arrays, or, for a model of one input, a bare array. A
/// record is parsed when it is asked for, so a broken one spoils no other.
struct RecordFile: SampleFile {
    private enum Layout: Sendable {
        case jsonLines
        case csv(CSVTable)
    }

    /// What the column or the member of class numbers is called.
    static let label = "label"

    private let source: ByteSource
    private let inputs: [InputSpecification]
    private let options: DataSource.Options
    private let layout: Layout
    private let ranges: ArraySlice<Range<Int>>

    /// - Throws: ``BitdepthError/Code/unsupportedFormat`` for what is neither; ``BitdepthError/Code/badData`` for a table whose
    ///   columns are not those of the inputs.
    init(
        _ source: ByteSource, inputs: [InputSpecification], options: DataSource.Options
    ) throws(BitdepthError) {
        self.source = source
        self.inputs = inputs
        self.options = options
        let lines: RecordLines
        switch RecordFormat.of(try source.prefix(64)) {
        case .jsonLines:
            layout = .jsonLines
            lines = try RecordLines(source, quoted: false)
            ranges = lines.ranges[...]
        case .csv:
            lines = try RecordLines(source, quoted: true)
            let first = lines.ranges.first ?? 0..<0
            let place = BitdepthError.Place(file: source.path, offset: UInt64(first.lowerBound))
            let row = try CSVRow.fields(try RecordFile.bytes(source, first), at: place)
            let table = try CSVTable(firstRow: row, inputs: inputs, at: place)
            layout = .csv(table)
            ranges = lines.ranges.dropFirst(table.hasHeader ? 1 : 0)
        case nil:
            throw BitdepthError(
                .unsupportedFormat, "the file is neither CSV nor JSON Lines", at: .init(file: source.path))
        }
    }

    var count: Int { ranges.count }

    func sample(at index: Int) throws(BitdepthError) -> Sample {
        let (bytes, place) = try record(index)
        let numbers =
            switch layout {
            case .csv(let table): try table.values(try CSVRow.fields(bytes, at: place), at: place)
            case .jsonLines: try json(bytes, place)
            }
        var tensors: [String: Tensor] = [:]
        for input in inputs {
            guard let found = numbers[input.name] else {
                throw BitdepthError(
                    .badData, "the line has no member \"\(input.name)\", which is an input of the model", at: place)
            }
            tensors[input.name] = try locating(place) { () throws(BitdepthError) in try tensor(found, input) }
        }
        return Sample(name: "\(source.path)[\(index)]", tensors)
    }

    /// The class numbers of all records; `nil` where the first one has none.
    ///
    /// - Throws: ``BitdepthError/Code/badData`` for what is no whole number.
    func labels() throws(BitdepthError) -> [Int]? {
        var labels: [Int] = []
        for index in 0..<count {
            let (bytes, place) = try record(index)
            let found: Double?
            switch layout {
            case .csv(let table): found = try table.label(try CSVRow.fields(bytes, at: place), at: place)
            case .jsonLines:
                guard bytes.first(where: { $0 != 0x20 && $0 != 0x09 }) == 0x7B else { return nil }
                var scanner = JSONScanner(bytes, at: place, rank: options.limits.rank)
                found = try scanner.object([RecordFile.label])[RecordFile.label]?.values.first
            }
            guard let found else {
                guard index > 0 else { return nil }
                throw BitdepthError(.badData, "record \(index) has no label", at: place)
            }
            guard let label = Int(exactly: found) else {
                throw BitdepthError(.badData, "label \(index) is \(found), expected a whole number", at: place)
            }
            labels.append(label)
        }
        return labels
    }

    /// The record's bytes, and where it begins.
    private func record(_ index: Int) throws(BitdepthError) -> ([UInt8], BitdepthError.Place) {
        guard index >= 0, index < ranges.count else {
            throw BitdepthError(.badData, "record \(index) of \(ranges.count)", at: .init(file: source.path))
        }
        let range = ranges[ranges.startIndex + index]
        return (
            try RecordFile.bytes(source, range), .init(file: source.path, offset: UInt64(range.lowerBound))
        )
    }

    private static func bytes(_ source: ByteSource, _ range: Range<Int>) throws(BitdepthError) -> [UInt8] {
        var bytes = try source.bytes(at: range.lowerBound, count: range.count)
        while bytes.last == 0x0D { bytes.removeLast() }
        return bytes
    }

    private func json(_ bytes: [UInt8], _ place: BitdepthError.Place) throws(BitdepthError) -> [String: JSONNumbers] {
        var scanner = JSONScanner(bytes, at: place, rank: options.limits.rank)
        guard bytes.first(where: { $0 != 0x20 && $0 != 0x09 }) == 0x7B else {
            guard let input = inputs.first, inputs.count == 1 else {
                throw BitdepthError(
                    .badData, "a bare array is one input, the model has \(inputs.count)", at: place,
                    help: ["write an object a line: {\(inputs.map { "\"\($0.name)\": […]" }.joined(separator: ", "))}"])
            }
            return [input.name: try scanner.onlyNumbers()]
        }
        return try scanner.object(Set(inputs.map(\.name)))
    }

    private func tensor(_ numbers: JSONNumbers, _ input: InputSpecification) throws(BitdepthError) -> Tensor {
        let tensor = try Tensor(numbers.values, shape: [1] + numbers.shape)
        let arrangement = try Arrangement(tensor.shape, for: input, layout: options.layout, path: source.path)
        guard arrangement.sampleCount == 1 else {
            throw BitdepthError(.badData, "a record holds \(arrangement.sampleCount) samples, expected one")
        }
        return try tensor.reshaped(to: arrangement.sampleShape)
    }
}

extension RecordFile {
    /// The records of several files, one file's after the other's.
    static func source(
        _ paths: [String], inputs: [InputSpecification], options: DataSource.Options, name: String
    ) throws(BitdepthError) -> any SampleSource {
        try SampleFiles(paths, options: options, name: name, noun: "files") { path throws(BitdepthError) in
            try RecordFile(try ByteSource.open(path), inputs: inputs, options: options)
        }
    }
}
