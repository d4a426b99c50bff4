import BitdepthTensors
import CBitdepthSystem

/// Another program, spoken to line by line over its standard input and output. It ends when this value goes.
final class ChildProcess {
    private let process: Int32
    private let input: Int32
    private let output: Int32
    /// Read and not yet asked for.
    private var pending: [UInt8] = []

    /// The program ended, or closed its output, before it said what it was asked.
    struct Ended: Error {}

    /// - Returns: `nil` where the program cannot be started.
    init?(_ program: String, _ arguments: [String]) {
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { word in
            let bytes = Array(word.utf8CString)
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
            copy.initialize(from: bytes, count: bytes.count)
            return copy
        }
        defer { for word in words { word?.deallocate() } }
        words.append(nil)
        var (input, output): (Int32, Int32) = (-1, -1)
        let process = words.withUnsafeBufferPointer { words in
            bd_start_program(program, words.baseAddress, &input, &output)
        }
        guard process > 0 else { return nil }
        (self.process, self.input, self.output) = (process, input, output)
    }

    deinit {
        _ = bd_close(input)
        _ = bd_close(output)
        bd_end_program(process)
    }

    /// - Throws: ``Ended``.
    func write(_ bytes: UnsafeRawBufferPointer) throws(Ended) {
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            let written = bd_write(input, start, rest.count)
            guard written > 0 else { throw Ended() }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(Int(written)))
        }
    }

    /// The next line, without its end.
    ///
    /// - Parameter check: Asked several times a second while nothing comes; throws to stop waiting.
    func line(_ check: () throws -> Void) throws -> String {
        while true {
            if let end = pending.firstIndex(of: 0x0A) {
                let line = String(decoding: pending[..<end], as: UTF8.self)
                pending.removeSubrange(...end)
                return line
            }
            try read(check)
        }
    }

    /// The next `count` bytes.
    func bytes(_ count: Int, _ check: () throws -> Void) throws -> [UInt8] {
        while pending.count < count { try read(check) }
        let bytes = Array(pending[..<count])
        pending.removeFirst(count)
        return bytes
    }

    private func read(_ check: () throws -> Void) throws {
        let capacity = 1 << 16
        let patience: Int32 = 100
        let count = pending.count
        var answer: Int64 = 0
        pending.append(contentsOf: repeatElement(0, count: capacity))
        pending.withUnsafeMutableBytes { bytes in
            answer = bd_read_within(output, bytes.baseAddress?.advanced(by: count), capacity, patience)
        }
        pending.removeLast(capacity - Int(max(answer, 0)))
        if answer == Int64(BD_NOTHING_YET) { return try check() }
        guard answer > 0 else { throw Ended() }
    }
}
