import BitdepthTensors

/// Codes of 2, 4 or 8 bits that lie in bytes, the first in a byte's low bits.
enum PackedCodes {
    static let widths = [2, 4, 8]

    /// The codes in all bytes of a tensor, `8 / bits` of each.
    static func unpacked(_ tensor: Tensor, bits: Int) throws(BitdepthError) -> [Int] {
        guard tensor.type == .uint8 else {
            throw BitdepthError(.typeMismatch, "packed codes are of type \(tensor.type.shortName); they must be u8")
        }
        let bytes = try tensor.array(of: UInt8.self)
        let mask = (1 << bits) - 1
        var codes: [Int] = []
        codes.reserveCapacity(bytes.count * 8 / bits)
        for byte in bytes {
            for shift in stride(from: 0, to: 8, by: bits) { codes.append(Int(byte) >> shift & mask) }
        }
        return codes
    }
}
