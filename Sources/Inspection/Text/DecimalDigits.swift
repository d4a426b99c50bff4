/// A finite number in decimal: `0.d₁d₂d₃… × 10^exponent`, from the fewest digits that identify it.
///
/// Rounding happens on these digits, halves away from zero, so that 2.675 shows as 2.68 as a reader expects.
struct DecimalDigits {
    var isNegative: Bool
    /// Without leading zeros; empty for zero.
    var digits: [UInt8]
    var exponent: Int

    /// Nil for infinities and NaN.
    init?(_ value: Double) {
        guard value.isFinite else { return nil }
        isNegative = value < 0
        digits = []
        exponent = 0
        var decimals: Int?
        var scientific = ""
        var inExponent = false
        for character in value.magnitude.description {
            if inExponent {
                scientific.append(character)
            } else if character == "e" {
                inExponent = true
            } else if character == "." {
                decimals = 0
            } else if let digit = character.wholeNumberValue {
                digits.append(UInt8(digit))
                decimals = decimals.map { $0 + 1 }
            }
        }
        exponent = digits.count - (decimals ?? 0) + (Int(scientific) ?? 0)
        let zeros = digits.prefix { $0 == 0 }.count
        digits.removeFirst(zeros)
        exponent -= zeros
        if digits.isEmpty { exponent = 0 }
    }

    /// Keeps `count` digits after the first; a negative count leaves nothing.
    func rounded(toDigits count: Int) -> DecimalDigits {
        guard count < digits.count else { return self }
        var result = self
        guard count >= 0 else {
            result.digits = []
            result.exponent = 0
            return result
        }
        result.digits = Array(digits.prefix(count))
        guard digits[count] >= 5 else { return result }
        var index = count - 1
        while index >= 0, result.digits[index] == 9 {
            result.digits[index] = 0
            index -= 1
        }
        if index >= 0 {
            result.digits[index] += 1
        } else {
            result.digits.insert(1, at: 0)
            result.exponent += 1
        }
        return result
    }

    /// Written with `places` digits after the point; more digits than those are left out.
    func fixed(places: Int) -> String {
        let whole = exponent > 0 ? (0..<exponent).map(digit) : ["0"]
        let fraction = (0..<max(0, places)).map { digit(exponent + $0) }
        let isZero = digits.isEmpty
        return (isNegative && !isZero ? "-" : "") + whole.joined() + (places > 0 ? "." + fraction.joined() : "")
    }

    private func digit(_ index: Int) -> String { digits.indices.contains(index) ? String(digits[index]) : "0" }

    /// Written as `1.23e-05`, with all its digits.
    var scientific: String {
        let fraction = digits.dropFirst().map(String.init).joined()
        let power = exponent - 1
        return (isNegative ? "-" : "") + digit(0) + (fraction.isEmpty ? "" : "." + fraction)
            + (power < 0 ? "e-" : "e+") + (power.magnitude < 10 ? "0" : "") + String(power.magnitude)
    }
}
