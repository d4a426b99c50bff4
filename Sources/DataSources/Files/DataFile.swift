import BitdepthFormats
import BitdepthTensors

/// The arrays of one data file; its format is told by its first bytes, not by its name.
struct DataFile {
    var path: String
    var arrays: [(name: String, array: Tensor)]

    /// Bytes that are held in memory because the file is compressed or in another byte order.
    var bytesInMemory: Int { arrays.reduce(0) { $0 + ($1.array.region == nil ? $1.array.byteCount : 0) } }

    static func open(_ path: String, limits: Limits) throws(BitdepthError) -> DataFile {
        try open(try ByteSource.open(path), limits: limits)
    }

    static func open(_ source: ByteSource, limits: Limits) throws(BitdepthError) -> DataFile {
        let path = source.path
        var source = source
        if Gzip.matches(try source.prefix(2)) { source = try Gzip.inflate(source, limits: limits) }
        let start = try source.prefix(8)
        if NumPy.matches(start) { return DataFile(path: path, arrays: [("", try NumPy.read(source, limits: limits))]) }
        if ZipArchive.matches(start) {
            let archive = try NumPy.readArchive(source, limits: limits)
            return DataFile(path: path, arrays: archive.map { ($0.key, $0.value) })
        }
        if IDX.matches(start) { return DataFile(path: path, arrays: [("", try IDX.read(source, limits: limits))]) }
        throw BitdepthError(
            .unsupportedFormat,
            "the file is no data file: expected .npy, .npz, IDX (also .gz), JPEG, PNG, WAV, CSV or JSON Lines",
            at: .init(file: path),
            help: ["a text file of paths is given as @\(path)"])
    }
}

extension ArraySource {
    /// The samples of a file.
    init(_ file: DataFile, inputs: [InputSpecification], options: DataSource.Options) throws(BitdepthError) {
        try self.init(
            file.arrays, inputs: inputs, layout: options.layout, areWhole: options.arraysAreWhole, path: file.path)
    }
}
