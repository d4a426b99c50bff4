extension WaveFormat.Encoding {
    /// - Parameter tag: 1 for PCM, 3 for IEEE floats.
    init?(tag: UInt16, bits: UInt16) {
        switch (tag, bits) {
        case (1, 8): self = .unsigned8
        case (1, 16): self = .signed16
        case (1, 24): self = .signed24
        case (1, 32): self = .signed32
        case (3, 32): self = .float32
        case (3, 64): self = .float64
        default: return nil
        }
    }

    var bytes: Int {
        switch self {
        case .unsigned8: 1
        case .signed16: 2
        case .signed24: 3
        case .signed32, .float32: 4
        case .float64: 8
        }
    }

    /// A sample's value: integers are divided by what makes full scale ±1, floats stay as they are.
    ///
    /// - Parameter bits: The sample's bytes, the least significant one first.
    func value(_ bits: UInt64) -> Double {
        switch self {
        case .unsigned8: (Double(bits) - 128) / 0x1p7
        case .signed16: Double(Int16(truncatingIfNeeded: bits)) / 0x1p15
        case .signed24: Double(Int32(truncatingIfNeeded: bits << 8)) / 0x1p31
        case .signed32: Double(Int32(truncatingIfNeeded: bits)) / 0x1p31
        case .float32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
        case .float64: Double(bitPattern: bits)
        }
    }
}
