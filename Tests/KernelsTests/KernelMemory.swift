import CBitdepthKernels
import Testing

/// Aligned memory with guard bytes behind it, as the kernels' contract asks for.
final class KernelMemory<Element: BitwiseCopyable> {
    let count: Int
    private let raw: UnsafeMutableRawBufferPointer
    let start: UnsafeMutablePointer<Element>

    /// Elements beyond `elements`, up to `count`, and the guard are filled with a byte that stands for "not written".
    init(count: Int, elements: [Element] = [], filler: UInt8 = 0xA5) {
        self.count = count
        let bytes = max(count, 1) * MemoryLayout<Element>.stride
        raw = .allocate(byteCount: bytes + Int(BD_GUARD), alignment: Int(BD_ALIGNMENT))
        for index in raw.indices { raw[index] = filler }
        start = UnsafeMutableRawPointer(raw.baseAddress.unsafelyUnwrapped).bindMemory(
            to: Element.self, capacity: max(count, 1))
        for (index, element) in elements.enumerated() { start[index] = element }
    }

    convenience init(_ elements: [Element]) {
        self.init(count: elements.count, elements: elements)
    }

    deinit { raw.deallocate() }

    /// All bytes, the guard's included.
    var bytes: [UInt8] { Array(raw) }
}

/// Records an issue that names the first differing byte, if there is one.
func expectSameBytes<Element>(
    _ actual: KernelMemory<Element>, _ expected: KernelMemory<Element>, _ what: @autoclosure () -> String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let left = actual.bytes, right = expected.bytes
    guard left != right else { return }
    let index = zip(left, right).enumerated().first { $0.element.0 != $0.element.1 }?.offset
    let element = (index ?? min(left.count, right.count)) / MemoryLayout<Element>.stride
    let values =
        element < min(actual.count, expected.count)
        ? "\(actual.start[element]), expected \(expected.start[element])" : "in the guard, and not as it was"
    Issue.record("\(what()): element \(element) of \(actual.count) is \(values)", sourceLocation: sourceLocation)
}
