import CBitdepthSystem

/// Standard output or standard error: what it is, and how text gets there whole.
struct TextStream: Sendable {
    let descriptor: Int32
    let isTerminal: Bool
    let usesColor: Bool

    /// Columns where text is laid out for people, nil where nobody sees a margin.
    var width: Int? {
        guard isTerminal else { return nil }
        let columns = Int(bd_terminal_width(descriptor))
        return columns > 0 ? columns : 80
    }

    /// The text in a style, or as it stands where the stream has no colour.
    func styled(_ text: String, _ style: Style) -> String { usesColor ? style.painted(text) : text }

    /// Writes all of the text.
    ///
    /// - Throws: ``OutputFailure`` when the reader has gone away or the disk is full.
    func write(_ text: String) throws(OutputFailure) { try write(Array(text.utf8)) }

    /// Writes all of the bytes.
    func write(_ bytes: [UInt8]) throws(OutputFailure) {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { bd_write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, written != -OutputFailure.interrupted { throw OutputFailure(errorNumber: Int32(-written)) }
            bytes = bytes.dropFirst(Int(max(0, written)))
        }
    }

    /// Writes the text and ends the line.
    func writeLine(_ text: String) throws(OutputFailure) { try write(text + "\n") }
}
