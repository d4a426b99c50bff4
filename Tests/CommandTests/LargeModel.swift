import Bitdepth
import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A chain of matrix products with all weights in a file beside the model.
///
/// Only the first rows of a weight hold numbers; the rest are holes, which take no room on the disk.
struct LargeModel {
    /// Rows and columns of the weights, which alternate with their transposition.
    var rows: Int
    var columns: Int
    var count: Int

    /// 32 MiB a weight, 3.25 GiB in all.
    static let whole = LargeModel(rows: 2048, columns: 4096, count: 104)
    /// A sixteenth of it.
    static let small = LargeModel(rows: 512, columns: 1024, count: 104)

    var weightBytes: Int { 4 * rows * columns }

    /// Rows of a weight that hold numbers.
    private static let filledRows = 16

    /// Writes `large.onnx` and its data file `weights` into a folder.
    func write(_ folder: TestFolder) throws {
        try fill(folder.path + "/weights")
        var graph = Message()
        graph.add(2, "large")
        graph.add(11, port("x0", width(0)))
        graph.add(12, port("x\(count)", width(count)))
        for index in 0..<count {
            var node = Message()
            node.add(1, "x\(index)")
            node.add(1, "w\(index)")
            node.add(2, "x\(index + 1)")
            node.add(3, "sum\(index)")
            node.add(4, "MatMul")
            graph.add(1, node)
            graph.add(5, weight(index))
        }
        var opset = Message()
        opset.add(2, 17)
        var model = Message()
        model.add(1, 8)
        model.add(7, graph)
        model.add(8, opset)
        try folder.write(model.bytes, as: "large.onnx")
    }

    /// Samples for it.
    func writeSamples(_ folder: TestFolder, count: Int) throws {
        try CommandModels.data(folder.path + "/samples.npy", rows: count, width: rows)
    }

    private func width(_ index: Int) -> Int { index % 2 == 0 ? rows : columns }

    /// A TensorProto whose data lies outside.
    private func weight(_ index: Int) -> Message {
        var tensor = Message()
        tensor.add(1, width(index))
        tensor.add(1, width(index + 1))
        tensor.add(2, 1)
        tensor.add(8, "w\(index)")
        let place = [
            ("location", "weights"), ("offset", String(index * weightBytes)), ("length", String(weightBytes)),
        ]
        for (key, value) in place {
            var entry = Message()
            entry.add(1, key)
            entry.add(2, value)
            tensor.add(13, entry)
        }
        tensor.add(14, 1)
        return tensor
    }

    /// A ValueInfoProto: FP32 of shape [1, `width`].
    private func port(_ name: String, _ width: Int) -> Message {
        var (shape, tensor, type, port) = (Message(), Message(), Message(), Message())
        for extent in [1, width] {
            var dimension = Message()
            dimension.add(1, extent)
            shape.add(1, dimension)
        }
        tensor.add(1, 1)
        tensor.add(2, shape)
        type.add(1, tensor)
        port.add(1, name)
        port.add(2, type)
        return port
    }

    private func fill(_ path: String) throws {
        let descriptor = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0o600)
        guard descriptor >= 0, ftruncate(descriptor, off_t(count * weightBytes)) == 0 else {
            throw BitdepthError(.cannotCreate, "no room for a large model", at: .init(file: path))
        }
        defer { close(descriptor) }
        var numbers = SeededGenerator(seed: 11)
        // Values keep their variance from product to product.
        let bound = (3 / Float(LargeModel.filledRows)).squareRoot()
        for index in 0..<count {
            let values = (0..<LargeModel.filledRows * width(index + 1)).map { _ in
                Float.random(in: -bound...bound, using: &numbers)
            }
            let written = values.withUnsafeBytes {
                pwrite(descriptor, $0.baseAddress, $0.count, off_t(index * weightBytes))
            }
            guard written == 4 * values.count else {
                throw BitdepthError(.inputOutput, "a large model could not be written", at: .init(file: path))
            }
        }
    }
}

/// A protobuf message as bytes.
private struct Message {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ field: Int, _ number: Int) {
        append(field << 3)
        append(number)
    }

    mutating func add(_ field: Int, _ text: String) { add(field, Array(text.utf8)) }
    mutating func add(_ field: Int, _ message: Message) { add(field, message.bytes) }

    private mutating func add(_ field: Int, _ content: [UInt8]) {
        append(field << 3 | 2)
        append(content.count)
        bytes += content
    }

    private mutating func append(_ varint: Int) {
        var rest = varint
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
