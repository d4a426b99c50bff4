extension Character {
    /// Columns of a terminal that the character takes: 0, 1, or 2 for East Asian wide ones and emoji.
    ///
    /// - Source: Unicode Standard Annex 11 (wide and fullwidth), blocks rather than single code points.
    var displayWidth: Int {
        guard let first = unicodeScalars.first else { return 0 }
        if first.isASCII { return first.isUnprintable ? 0 : 1 }
        if first.isWide || unicodeScalars.contains(where: { $0.value == 0xFE0F }) { return 2 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: return first.properties.isEmojiPresentation ? 2 : 1
        }
    }
}

extension StringProtocol {
    /// Columns of a terminal that the text takes.
    public var displayWidth: Int { reduce(0) { $0 + $1.displayWidth } }

    /// The text, its middle replaced by `…` so that it takes no more than `width` columns.
    ///
    /// Names of nodes differ mostly at their ends, so the end keeps the larger half.
    public func truncated(toWidth width: Int) -> String {
        guard displayWidth > width else { return String(self) }
        guard width > 1 else { return width == 1 ? "…" : "" }
        let head = prefix(ofWidth: (width - 1) / 2)
        let tail = String(String(reversed()).prefix(ofWidth: width - 1 - head.displayWidth).reversed())
        return head + "…" + tail
    }

    private func prefix(ofWidth width: Int) -> String {
        var room = width
        return String(
            prefix {
                room -= $0.displayWidth
                return room >= 0
            })
    }
}

extension Unicode.Scalar {
    fileprivate var isWide: Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
            0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
            0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
