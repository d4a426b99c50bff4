import BitdepthFormats
import BitdepthTensors

extension Labels {
    /// The labels that lie beside data under the name that data sets give them: `t10k-images-idx3-ubyte.gz` has
    /// `t10k-labels-idx1-ubyte.gz`, `images.npy` has `labels.npy`, `x_test.npy` has `y_test.npy`. A folder of images has them in
    /// its subfolders' names, sorted, or in its file `labels.txt`; CSV in its column `label`, JSON Lines in the member `label`.
    ///
    /// - Returns: The labels, and the path where they were found.
    /// - Throws: ``BitdepthError/Code/fileNotFound`` with the paths that were tried.
    public static func beside(_ data: String, limits: Limits = .standard) throws(BitdepthError) -> (
        labels: [Int], path: String
    ) {
        if let found = try inside(data, limits: limits) { return found }
        if FileKind.of([data]) == .records, let labels = try inRecords(data, limits: limits) { return (labels, data) }
        let candidates = paths(beside: data)
        for path in candidates {
            guard (try? ByteSource.open(path)) != nil else { continue }
            return (try read(path, limits: limits), path)
        }
        throw BitdepthError(
            .fileNotFound, "no labels were found beside \(data)", at: .init(file: data),
            help: candidates.map { "\($0) does not exist" } + ["name the file with --labels FILE"])
    }

    private static func inRecords(_ path: String, limits: Limits) throws(BitdepthError) -> [Int]? {
        var options = DataSource.Options()
        options.limits = limits
        let input = InputSpecification(name: "", type: .float32, shape: PartialShape(nil))
        return try RecordFile(try ByteSource.open(path), inputs: [input], options: options).labels()
    }

    /// Where the labels of the data at a path may lie, most likely first.
    static func paths(beside data: String) -> [String] {
        var end = data.endIndex
        while end > data.startIndex, data[data.index(before: end)] == "/" { end = data.index(before: end) }
        let start = data[..<end].lastIndex(of: "/").map { data.index(after: $0) } ?? data.startIndex
        let (folder, name) = (String(data[..<start]), String(data[start..<end]))
        let renamed = [
            name.replacing("images", with: "labels").replacing("idx3", with: "idx1"),
            name.hasPrefix("x_") || name.hasPrefix("X_") ? (name.hasPrefix("x") ? "y" : "Y") + name.dropFirst() : name,
        ]
        return renamed.filter { $0 != name }.map { folder + $0 }
    }
}
