/// The discrete Fourier transform where the length is a power of two: the transforms of even and odd elements are
/// joined, from pairs up to the whole.
///
/// Source: Cooley and Tukey 1965 (doi 10.1090/S0025-5718-1965-0178586-1).
struct PowerOfTwoTransform {
    let length: Int
    private let roots: [ComplexNumber]

    init(length: Int) {
        self.length = length
        roots = FourierTransform.roots(of: length, count: length / 2)
    }

    func forward(_ signal: [ComplexNumber]) -> [ComplexNumber] {
        var values = reordered(signal)
        var half = 1
        while half < length {
            let step = length / (2 * half)
            for start in stride(from: 0, to: length, by: 2 * half) {
                for k in 0..<half {
                    let even = values[start + k]
                    let odd = values[start + k + half] * roots[k * step]
                    values[start + k] = even + odd
                    values[start + k + half] = even - odd
                }
            }
            half *= 2
        }
        return values
    }

    /// The elements in the order in which repeated splitting into even and odd ones leaves them: indices with their
    /// bits mirrored.
    private func reordered(_ signal: [ComplexNumber]) -> [ComplexNumber] {
        var values = signal
        var mirrored = 0
        for index in 0..<length {
            values[mirrored] = signal[index]
            var bit = length >> 1
            while bit > 0, mirrored & bit != 0 {
                mirrored ^= bit
                bit >>= 1
            }
            mirrored |= bit
        }
        return values
    }
}
