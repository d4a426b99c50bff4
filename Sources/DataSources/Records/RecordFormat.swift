import BitdepthFormats
import BitdepthTensors

/// What the records of a text file look like.
enum RecordFormat: Sendable {
    case jsonLines, csv

    /// JSON Lines begin with an object or an array, which no table does; text that begins otherwise may be CSV.
    static func of(_ start: [UInt8]) -> RecordFormat? {
        let start = start.starts(with: [0xEF, 0xBB, 0xBF]) ? start.dropFirst(3) : start[...]
        guard let first = start.first(where: { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }) else {
            return nil
        }
        if first == 0x7B || first == 0x5B { return .jsonLines }
        let isText = start.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
        return isText ? .csv : nil
    }
}
