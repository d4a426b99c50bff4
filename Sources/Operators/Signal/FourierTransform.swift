import BitdepthTensors

/// The discrete Fourier transform of vectors of one length N: `X[k] = Σ x[n] · e^(-2πi·kn/N)`.
///
/// In O(N log N): powers of two are halved again and again, other lengths are turned into a convolution of such a
/// length. Short vectors are summed as the formula stands.
struct FourierTransform {
    let length: Int
    private let plan: Plan

    /// Longer vectors are refused; their tables would take gigabytes.
    static let largestLength = 1 << 24

    private enum Plan {
        case direct(roots: [ComplexNumber])
        case powerOfTwo(PowerOfTwoTransform)
        case chirp(ChirpTransform)
    }

    /// - Throws: ``BitdepthError/Code/valueOutOfRange`` for a length below 1, ``BitdepthError/Code/limitExceeded``.
    init(length: Int) throws(BitdepthError) {
        self.length = try FourierTransform.checked(length)
        if length & (length - 1) == 0 {
            plan = .powerOfTwo(PowerOfTwoTransform(length: length))
        } else if length < 64 {
            plan = .direct(roots: FourierTransform.roots(of: length, count: length))
        } else {
            plan = .chirp(ChirpTransform(length: length))
        }
    }

    /// A length that can be transformed.
    static func checked(_ length: Int) throws(BitdepthError) -> Int {
        guard length >= 1 else {
            throw BitdepthError(.valueOutOfRange, "a Fourier transform has length \(length); it must be at least 1")
        }
        guard length <= largestLength else {
            throw BitdepthError(
                .limitExceeded, "a Fourier transform has length \(length); at most \(largestLength) are supported")
        }
        return length
    }

    /// The first `count` powers of `e^(-2πi/N)`.
    static func roots(of length: Int, count: Int) -> [ComplexNumber] {
        (0..<count).map { ComplexNumber(angle: -2 * .pi * Double($0) / Double(length)) }
    }

    /// The spectrum of a signal of N elements.
    func forward(_ signal: [ComplexNumber]) -> [ComplexNumber] {
        switch plan {
        case .direct(let roots): direct(signal, roots)
        case .powerOfTwo(let transform): transform.forward(signal)
        case .chirp(let transform): transform.forward(signal)
        }
    }

    /// The signal that has a spectrum of N elements; the factor 1/N included.
    func inverse(_ spectrum: [ComplexNumber]) -> [ComplexNumber] {
        forward(spectrum.map(\.conjugate)).map { $0.conjugate * (1 / Double(length)) }
    }

    private func direct(_ signal: [ComplexNumber], _ roots: [ComplexNumber]) -> [ComplexNumber] {
        (0..<length).map { k in
            signal.indices.reduce(.zero) { sum, n in sum + signal[n] * roots[k * n % length] }
        }
    }
}
