import FoundationEssentials

/// What a 64-bit little-endian ELF file asks of the machine that starts it.
///
/// - Source: Tool Interface Standard, Executable and Linking Format 1.2; System V ABI for x86-64.
struct ExecutableFile {
    enum Malformed: Error { case notELF, truncated }

    /// The program interpreter (dynamic linker), when the file asks for one.
    private(set) var hasInterpreter = false
    /// Entries of the dynamic section that name a shared library.
    private(set) var neededLibraries = 0

    private enum SegmentType { static let dynamic: UInt64 = 2, interpreter: UInt64 = 3 }
    private enum DynamicTag { static let end: UInt64 = 0, needed: UInt64 = 1 }

    /// Whether the kernel alone can start the file.
    var isStatic: Bool { !hasInterpreter && neededLibraries == 0 }

    init(_ bytes: Data) throws {
        guard bytes.prefix(6) == Data([0x7F, 0x45, 0x4C, 0x46, 2, 1]) else { throw Malformed.notELF }
        func number(at offset: UInt64, width: UInt64) throws -> UInt64 {
            guard offset <= UInt64(bytes.count), width <= UInt64(bytes.count) - offset else {
                throw Malformed.truncated
            }
            let start = bytes.startIndex + Int(offset)
            return bytes[start..<start + Int(width)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }

        let table = try number(at: 32, width: 8)
        let entrySize = try number(at: 54, width: 2)
        let count = try number(at: 56, width: 2)
        for index in 0..<count {
            let header = table &+ index * entrySize
            let type = try number(at: header, width: 4)
            if type == SegmentType.interpreter { hasInterpreter = true }
            guard type == SegmentType.dynamic else { continue }
            var entry = try number(at: header &+ 8, width: 8)
            while true {
                let tag = try number(at: entry, width: 8)
                if tag == DynamicTag.end { break }
                if tag == DynamicTag.needed { neededLibraries += 1 }
                entry &+= 16
            }
        }
    }
}
