/// A sum of FP64 numbers without any rounding: the same bits for every order, grouping and number of threads.
///
/// The sum is one fixed-point integer of 34 words that spans the whole range of FP64 and leaves room for 2^64 terms.
/// Infinities and NaN are counted beside it. Source: Kulisch 2013, "Computer Arithmetic and Validity", chapter 8.
public struct ExactSum: Sendable, Hashable {
    /// Two's complement, lowest word first; the lowest bit is worth 2^-1074.
    private var words: [UInt64]
    private var positiveInfinities: UInt64 = 0
    private var negativeInfinities: UInt64 = 0
    private var notNumbers: UInt64 = 0

    private static let wordCount = 34
    private static let lowestExponent = -1074

    public init() {
        words = [UInt64](repeating: 0, count: ExactSum.wordCount)
    }

    /// Adds one number.
    public mutating func add(_ term: Double) {
        guard term.isFinite else {
            countSpecial(term)
            return
        }
        let exponent = Int(term.exponentBitPattern)
        let significand = exponent == 0 ? term.significandBitPattern : term.significandBitPattern | 1 << 52
        guard significand != 0 else { return }
        let position = max(exponent - 1, 0)
        let shift = UInt64(position % 64)
        let parts = (low: significand << shift, high: shift == 0 ? 0 : significand >> (64 - shift))
        if term.sign == .plus {
            addWord(parts.low, at: position / 64)
            addWord(parts.high, at: position / 64 + 1)
        } else {
            subtractWord(parts.low, at: position / 64)
            subtractWord(parts.high, at: position / 64 + 1)
        }
    }

    /// Adds everything that another sum holds.
    public mutating func merge(_ other: ExactSum) {
        var carry: UInt64 = 0
        for index in words.indices {
            let (partial, first) = words[index].addingReportingOverflow(other.words[index])
            let (sum, second) = partial.addingReportingOverflow(carry)
            words[index] = sum
            carry = first || second ? 1 : 0
        }
        positiveInfinities &+= other.positiveInfinities
        negativeInfinities &+= other.negativeInfinities
        notNumbers &+= other.notNumbers
    }

    /// The sum, rounded once to the nearest FP64 number.
    public var value: Double {
        if notNumbers > 0 || (positiveInfinities > 0 && negativeInfinities > 0) { return .nan }
        if positiveInfinities > 0 { return .infinity }
        if negativeInfinities > 0 { return -.infinity }
        let isNegative = words[ExactSum.wordCount - 1] >> 63 == 1
        let magnitude = isNegative ? ExactSum.negated(words) : words
        guard let top = magnitude.lastIndex(where: { $0 != 0 }) else { return 0 }
        // The leading 64 bits, whose last bit also stands for everything below it, round as the whole does.
        let shift = UInt64(magnitude[top].leadingZeroBitCount)
        let next = top > 0 ? magnitude[top - 1] : 0
        var leading = magnitude[top] << shift | (shift == 0 ? 0 : next >> (64 - shift))
        let hasRest = next << shift != 0 || magnitude[..<max(top - 1, 0)].contains { $0 != 0 }
        if hasRest { leading |= 1 }
        let exponent = ExactSum.lowestExponent + top * 64 - Int(shift)
        return Double(sign: isNegative ? .minus : .plus, exponent: exponent, significand: Double(leading))
    }

    /// The state as bytes, the same for equal sums.
    public func serialized() -> [UInt8] {
        (words + [positiveInfinities, negativeInfinities, notNumbers]).flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
        }
    }

    private mutating func countSpecial(_ term: Double) {
        if term.isNaN {
            notNumbers &+= 1
        } else if term > 0 {
            positiveInfinities &+= 1
        } else {
            negativeInfinities &+= 1
        }
    }

    private mutating func addWord(_ word: UInt64, at position: Int) {
        var carry = word
        var index = position
        while carry != 0, index < ExactSum.wordCount {
            let (sum, overflow) = words[index].addingReportingOverflow(carry)
            words[index] = sum
            carry = overflow ? 1 : 0
            index += 1
        }
    }

    private mutating func subtractWord(_ word: UInt64, at position: Int) {
        var borrow = word
        var index = position
        while borrow != 0, index < ExactSum.wordCount {
            let (difference, overflow) = words[index].subtractingReportingOverflow(borrow)
            words[index] = difference
            borrow = overflow ? 1 : 0
            index += 1
        }
    }

    private static func negated(_ words: [UInt64]) -> [UInt64] {
        var carry: UInt64 = 1
        return words.map { word in
            let (sum, overflow) = (~word).addingReportingOverflow(carry)
            carry = overflow ? 1 : 0
            return sum
        }
    }
}
