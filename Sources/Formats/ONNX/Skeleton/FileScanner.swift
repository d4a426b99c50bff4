import BitdepthTensors

/// Reads a file forwards through a small buffer, and knows where each message ends.
///
/// Every read is compared with the end of the message that it belongs to before the position moves.
struct FileScanner {
    let file: OpenFile
    private(set) var position: UInt64 = 0
    private var buffer: [UInt8] = []
    private var bufferStart: UInt64 = 0

    private static let bufferSize: UInt64 = 64 << 10

    init(_ file: OpenFile) { self.file = file }

    mutating func varint(before end: UInt64) throws(BitdepthError) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            let byte = try self.byte(before: end)
            if shift == 63, byte > 1 { break }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        throw malformed("a number takes more than 64 bits", at: start)
    }

    mutating func byte(before end: UInt64) throws(BitdepthError) -> UInt8 {
        guard position < end else { throw truncated(1, before: end) }
        if position < bufferStart || position - bufferStart >= UInt64(buffer.count) { try refill() }
        let byte = buffer[Int(position - bufferStart)]
        position += 1
        return byte
    }

    /// Goes back to a position that was read before.
    mutating func rewind(to earlier: UInt64) { position = min(earlier, position) }

    mutating func skip(_ count: UInt64, before end: UInt64) throws(BitdepthError) {
        guard count <= end - position else { throw truncated(count, before: end) }
        position += count
    }

    mutating func copy(_ count: UInt64, before end: UInt64, to output: inout [UInt8]) throws(BitdepthError) {
        guard count <= end - position else { throw truncated(count, before: end) }
        var rest = count
        while rest > 0 {
            if position < bufferStart || position - bufferStart >= UInt64(buffer.count) { try refill() }
            let from = Int(position - bufferStart)
            let taken = min(rest, UInt64(buffer.count - from))
            output.append(contentsOf: buffer[from..<from + Int(taken)])
            position += taken
            rest -= taken
        }
    }

    /// Callers have checked that `position` lies inside the file.
    private mutating func refill() throws(BitdepthError) {
        bufferStart = position
        buffer = try file.bytes(at: position, count: Int(min(FileScanner.bufferSize, file.size - position)))
    }

    func malformed(_ message: String, at offset: UInt64) -> BitdepthError {
        BitdepthError(
            .malformedFile, "this is no ONNX model, or a damaged one: \(message)",
            at: .init(file: file.path, offset: offset))
    }

    private func truncated(_ count: UInt64, before end: UInt64) -> BitdepthError {
        guard end == file.size else {
            return malformed(
                "\(count) bytes are announced where \(end - position) are left in the message", at: position)
        }
        return BitdepthError(
            .truncatedFile, "\(count) bytes are announced where the file has \(end - position) left",
            at: .init(file: file.path, offset: position),
            help: ["the file may be incomplete: compare its size with the original"])
    }
}
