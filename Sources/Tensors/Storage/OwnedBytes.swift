import CBitdepthSystem

/// A block of memory, aligned to 64 bytes, freed with its last reference. Written only while uniquely referenced.
@usableFromInline
final class OwnedBytes: @unchecked Sendable {
    // Unchecked is sound: `Tensor` writes through `mutable` only after `isKnownUniquelyReferenced` said yes or before
    // the block is shared, so no two threads ever see a write.
    @usableFromInline let base: UnsafeMutableRawPointer
    @usableFromInline let count: Int

    /// Memory of `count` bytes, zeroed.
    init(count: Int) throws(BitdepthError) {
        // Readers of vectors may look past the end, never use what they saw.
        let guardBytes = 128
        guard count >= 0, count <= Int.max - guardBytes, let memory = bd_allocate(count + guardBytes) else {
            throw BitdepthError(.outOfMemory, "\(count) bytes for a tensor could not be allocated")
        }
        memory.initializeMemory(as: UInt8.self, repeating: 0, count: count + guardBytes)
        base = memory
        self.count = count
    }

    deinit { bd_free(base) }

    @usableFromInline var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }
    @usableFromInline var mutable: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: base, count: count)
    }

    func copy() throws(BitdepthError) -> OwnedBytes {
        let copy = try OwnedBytes(count: count)
        copy.mutable.copyMemory(from: bytes)
        return copy
    }
}
