extension SeededNumbers {
    /// True once in so many times.
    mutating func chance(_ outOf: Int) -> Bool { integer(1...outOf) == 1 }

    mutating func real(_ range: ClosedRange<Float>) -> Float { Float.random(in: range, using: &self) }

    /// Input codes; extreme ones are 0 or 255.
    mutating func codes(_ count: Int, extreme: Bool = false) -> [UInt8] {
        (0..<count).map { _ in
            let bits = next()
            return extreme ? (bits & 1 == 0 ? 0 : 255) : UInt8(truncatingIfNeeded: bits)
        }
    }

    /// Weights of one kind.
    mutating func weights(_ count: Int, _ kind: WeightKind) -> [Int8] {
        (0..<count).map { _ in
            let bits = next()
            switch kind {
            case .any: return Int8(truncatingIfNeeded: bits)
            case .extreme: return bits & 1 == 0 ? -128 : 127
            case .pairSafe: return bits & 1 == 0 ? -64 : 64
            case .moderate: return Int8(Int(bits % 141) - 70)
            }
        }
    }
}

/// Which weights a case has. Pair-safe ones are the largest that 16-bit sums of two products can hold; of moderate ones
/// some pairs are safe and some are not.
enum WeightKind: CaseIterable { case any, extreme, pairSafe, moderate }
