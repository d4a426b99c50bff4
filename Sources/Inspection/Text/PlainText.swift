extension StringProtocol {
    /// The text with everything that could command a terminal or hide text written out: `\n`, `\x1b`, `\u{202e}`.
    ///
    /// Names of files, nodes and tensors come from strangers; all of them pass through here before they are shown. Escaped
    /// are the control characters C0 (with ESC), DEL and C1, line and paragraph separators, and the marks that change the
    /// direction of writing.
    public var printable: String {
        guard unicodeScalars.contains(where: \.isUnprintable) else { return String(self) }
        var text = ""
        for scalar in unicodeScalars {
            if scalar.isUnprintable { text += scalar.writtenOut } else { text.unicodeScalars.append(scalar) }
        }
        return text
    }
}

extension Unicode.Scalar {
    /// Whether the scalar moves the cursor, starts an escape sequence, ends a line or reorders text.
    var isUnprintable: Bool {
        switch value {
        case 0x00...0x1F, 0x7F...0x9F: true
        case 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF, 0xFFF9...0xFFFB: true
        default: false
        }
    }

    fileprivate var writtenOut: String {
        switch value {
        case 0x09: "\\t"
        case 0x0A: "\\n"
        case 0x0D: "\\r"
        case ...0x0F: "\\x0" + String(value, radix: 16)
        case ...0xFF: "\\x" + String(value, radix: 16)
        default: "\\u{" + String(value, radix: 16) + "}"
        }
    }
}
