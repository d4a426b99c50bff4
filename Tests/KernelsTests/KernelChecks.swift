import CBitdepthKernels
import Testing

/// What the tests of float sums, pools and layout share.
enum KernelChecks {
    /// The tables that this machine can run, the scalar one first.
    static var tables: [bd_kernels] {
        [BD_ISA_SCALAR, BD_ISA_AVX2, BD_ISA_AVX512VNNI].compactMap { bd_kernels_for($0)?.pointee }
    }

    /// The first element at which two results differ, to the bit; all NaN are one.
    static func firstDifference(_ left: [Float], _ right: [Float]) -> String? {
        guard left.count == right.count else { return "\(left.count) elements against \(right.count)" }
        let index = left.indices.first { index in
            let same = left[index].bitPattern == right[index].bitPattern
            return !same && !(left[index].isNaN && right[index].isNaN)
        }
        return index.map { "element \($0): \(left[$0]) against \(right[$0])" }
    }

    static func firstDifference<Element: Equatable>(_ left: [Element], _ right: [Element]) -> String? {
        guard left.count == right.count else { return "\(left.count) elements against \(right.count)" }
        let index = left.indices.first { left[$0] != right[$0] }
        return index.map { "element \($0): \(left[$0]) against \(right[$0])" }
    }

    /// Elements followed by the bytes that kernels may read beyond them.
    static func guarded<Element>(_ elements: [Element], by element: Element) -> [Element] {
        elements + Array(repeating: element, count: BD_GUARD)
    }
}

/// Random numbers that a seed determines (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: Int) {
        state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }

    mutating func integer(_ range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &self)
    }

    /// Values of one magnitude and both signs; `special` of a thousand are NaN, infinite, negative zero or subnormal.
    mutating func floats(_ count: Int, special: Int = 0) -> [Float] {
        (0..<count).map { _ in
            guard integer(0...999) < special else { return Float.random(in: -1...1, using: &self) }
            return [.nan, .infinity, -.infinity, -0.0, 0.0, .leastNonzeroMagnitude][integer(0...5)]
        }
    }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    /// Bounds that cut `0 ..< count` into a few ranges, some of them empty.
    mutating func cuts(_ count: Int) -> [Int] {
        [0, count] + (0..<4).map { _ in integer(0...count) }
    }

    /// The bounds of an activation, or none.
    mutating func clamp() -> (minimum: Float, maximum: Float) {
        [(-.infinity, .infinity), (0, .infinity), (0, 6), (-0.5, 0.25), (-.infinity, 0.1)][integer(0...4)]
    }
}
