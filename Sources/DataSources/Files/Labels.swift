import BitdepthFormats
import BitdepthTensors

/// Class numbers, one for each sample.
public enum Labels {
    /// The labels in the file at `path`: IDX or `.npy` (each also compressed by gzip) with one number for each sample, or text
    /// with one number a line.
    ///
    /// - Throws: ``BitdepthError/Code/badData`` naming what is no label.
    public static func read(_ path: String, limits: Limits = .standard) throws(BitdepthError) -> [Int] {
        let start = try ByteSource.open(path).prefix(8)
        let isBinary = Gzip.matches(start) || NumPy.matches(start) || ZipArchive.matches(start) || IDX.matches(start)
        return isBinary ? try fromArray(path, limits) : try fromText(path)
    }

    private static func fromArray(_ path: String, _ limits: Limits) throws(BitdepthError) -> [Int] {
        let file = try DataFile.open(path, limits: limits)
        guard file.arrays.count == 1, let array = file.arrays.first?.array,
            array.shape.rank >= 1, array.shape.dimensions.dropFirst().allSatisfy({ $0 == 1 })
        else {
            let found = file.arrays.map { "\($0.array)" }.joined(separator: ", ")
            throw BitdepthError(
                .badData, "labels are one number for each sample, found \(found)", at: .init(file: path))
        }
        return try locating(.init(file: path)) { () throws(BitdepthError) in try integers(array) }
    }

    private static func integers(_ array: Tensor) throws(BitdepthError) -> [Int] {
        guard array.type.isFloatingPoint else { return try array.integers() }
        var labels: [Int] = []
        for (index, value) in try array.doubles().enumerated() {
            guard let label = Int(exactly: value) else {
                throw BitdepthError(.badData, "label \(index) is \(value), expected a whole number")
            }
            labels.append(label)
        }
        return labels
    }

    private static func fromText(_ path: String) throws(BitdepthError) -> [Int] {
        var labels: [Int] = []
        for (index, line) in try TextFile.lines(path).enumerated() {
            guard let label = Int(line) else {
                throw BitdepthError(
                    .badData, "label \(index) is \"\(line.prefix(40))\", expected a whole number", at: .init(file: path)
                )
            }
            labels.append(label)
        }
        return labels
    }
}
