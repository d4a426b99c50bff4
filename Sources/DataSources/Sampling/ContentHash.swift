import BitdepthTensors

/// A fingerprint of a sample's contents: names, types, shapes and bytes of its tensors, whatever the sample is called.
///
/// FNV-1a with 64 bits, its bits mixed at the end so that all of them are as good. No protection against malice.
public struct ContentHash: Sendable, Hashable, Comparable {
    public let value: UInt64

    /// - Throws: what reading a tensor that lies in a file throws.
    public init(of sample: Sample) throws(BitdepthError) {
        var hash = Accumulator()
        for (name, tensor) in sample.tensors.sorted(by: { $0.key < $1.key }) {
            hash.add(Array("\(name)\0\(tensor.type.rawValue)\(tensor.shape)\0".utf8))
            try tensor.withBytes { hash.add($0) }
        }
        value = SeededGenerator.mixed(hash.value)
    }

    public static func < (left: ContentHash, right: ContentHash) -> Bool { left.value < right.value }

    private struct Accumulator {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325

        mutating func add(_ bytes: some Sequence<UInt8>) {
            for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
        }
    }
}
