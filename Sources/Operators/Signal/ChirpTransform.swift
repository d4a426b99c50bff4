/// The discrete Fourier transform of any length N as a convolution with a chirp, `kn = (k² + n² - (k - n)²) / 2`, which
/// transforms of a power of two compute.
///
/// Source: Bluestein 1970 (doi 10.1109/TAU.1970.1162132).
struct ChirpTransform {
    /// `e^(-πi·n²/N)`.
    private let chirp: [ComplexNumber]
    /// The spectrum of the conjugate chirp, which the signal is convolved with.
    private let filter: [ComplexNumber]
    private let transform: PowerOfTwoTransform

    init(length: Int) {
        // The angle has period 2N in n²; reduced as an integer it keeps all its digits.
        chirp = (0..<length).map { n in
            ComplexNumber(angle: -.pi * Double(n * n % (2 * length)) / Double(length))
        }
        var size = 1
        while size < 2 * length - 1 { size *= 2 }
        transform = PowerOfTwoTransform(length: size)
        var mirrored = [ComplexNumber](repeating: .zero, count: size)
        for n in 0..<length {
            mirrored[n] = chirp[n].conjugate
            mirrored[(size - n) % size] = chirp[n].conjugate
        }
        filter = transform.forward(mirrored)
    }

    func forward(_ signal: [ComplexNumber]) -> [ComplexNumber] {
        var padded = [ComplexNumber](repeating: .zero, count: transform.length)
        for n in chirp.indices { padded[n] = signal[n] * chirp[n] }
        let spectrum = transform.forward(padded)
        // The inverse transform by a forward one between conjugates.
        let convolved = transform.forward(zip(spectrum, filter).map { ($0 * $1).conjugate })
        return chirp.indices.map { k in
            convolved[k].conjugate * chirp[k] * (1 / Double(transform.length))
        }
    }
}
