import BitdepthFormats
import BitdepthTensors

/// Where the records of a text file lie: one a line, empty lines left out. The file is read once, piece by piece, and its text
/// is not kept.
struct RecordLines: Sendable {
    /// Offsets of the first byte of each record and of the byte behind its last, without the end of the line.
    private(set) var ranges: [Range<Int>] = []

    private static let pieceBytes = 1 << 20
    private static let mostRecords = 10_000_000
    /// Bytes of one record.
    private static let mostBytes = 256 << 20

    /// - Parameter quoted: Whether quotes keep lines together, as in CSV.
    /// - Throws: ``BitdepthError/Code/limitExceeded`` with the offset.
    init(_ source: ByteSource, quoted: Bool) throws(BitdepthError) {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        var start = try source.prefix(3) == mark ? 3 : 0
        var position = start
        var isInside = false
        var isBlank = true
        while position < source.count {
            for byte in try source.prefix(RecordLines.pieceBytes, at: position) {
                if byte == 0x0A, !isInside {
                    if !isBlank { try append(start..<position, source) }
                    start = position + 1
                    isBlank = true
                } else {
                    if byte == 0x22, quoted { isInside.toggle() }
                    if byte != 0x20, byte != 0x09, byte != 0x0D { isBlank = false }
                }
                position += 1
            }
        }
        if !isBlank { try append(start..<position, source) }
    }

    private mutating func append(_ range: Range<Int>, _ source: ByteSource) throws(BitdepthError) {
        guard range.count <= RecordLines.mostBytes, ranges.count < RecordLines.mostRecords else {
            throw BitdepthError(
                .limitExceeded,
                "a text file may have \(RecordLines.mostRecords) records of \(RecordLines.mostBytes) bytes each",
                at: .init(file: source.path, offset: UInt64(range.lowerBound)))
        }
        ranges.append(range)
    }
}
