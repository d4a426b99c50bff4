import BitdepthTensors
import CBitdepthSystem

/// Compresses to a raw deflate stream.
public enum Deflate {
    /// The compressed form of `bytes`, or `nil` where the package was built without zlib.
    ///
    /// - Parameter level: 0 (stored) ... 9 (smallest).
    public static func run(_ bytes: UnsafeRawBufferPointer, level: Int32 = 6) throws(BitdepthError) -> [UInt8]? {
        guard Inflate.usesZlib else { return nil }
        let bound = bd_deflate_bound(bytes.count)
        var produced = 0
        var status = Int32(0)
        let compressed = [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            status = bd_deflate_raw(bytes.baseAddress, bytes.count, buffer.baseAddress, bound, level, &produced)
            count = produced
        }
        guard Int(status) == BD_ZLIB_DONE else { throw BitdepthError(.outOfMemory, "no memory for compressing") }
        return compressed
    }
}
