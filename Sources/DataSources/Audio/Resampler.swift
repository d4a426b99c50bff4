#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Changes the rate of sound by the exact ratio of two whole numbers: an ideal low-pass filter cut by a Kaiser window, in Double.
///
/// Output frame `n` lies at input frame `p = n · down / up` and is `Σ x[k] · w(k − p)` with
/// `w(t) = c · sinc(c t) · I₀(β √(1 − (t / h)²)) / I₀(β)`. The filter ends where the lower of the two rates can hold nothing:
/// `c` is 0.95 of that rate's part of the input's, `h` is 64 zeros of the sinc, β = 10, which damps by about 100 dB and has a
/// transition of a tenth of the band. Weights of one output frame sum to 1, so a constant stays what it is. What lies outside
/// of the recording is silence. Source: Oppenheim and Schafer, Discrete-Time Signal Processing, sections 4.6 and 7.6.
struct Resampler: Sendable {
    /// `up / down` is the ratio of the output's rate to the input's, in lowest terms.
    let up: Int
    let down: Int
    private let cutoff: Double
    private let halfWidth: Double
    /// Input frames on each side of an output frame that count.
    private let reach: Int
    /// The weights for each of the `up` places that an output frame can have between two input frames; empty where they would
    /// be too many to keep.
    private var phases: [[Double]] = []

    private static let rolloff = 0.95
    private static let zeros = 64.0
    private static let beta = 10.0
    private static let mostWeights = 1 << 20

    /// - Parameters: Frames a second, both of ``WaveFormat/rates``.
    init(from inputRate: Int, to outputRate: Int) {
        let divisor = Resampler.greatestCommonDivisor(inputRate, outputRate)
        up = outputRate / divisor
        down = inputRate / divisor
        cutoff = up == down ? 1 : Resampler.rolloff * min(1, Double(up) / Double(down))
        halfWidth = Resampler.zeros / cutoff
        reach = Int(halfWidth.rounded(.up))
        if up != down, up * 2 * reach <= Resampler.mostWeights { phases = (0..<up).map(weights) }
    }

    /// How many frames `frames` of the input become; every one of them lies before the input's end.
    func outputCount(of frames: Int) -> Int { (frames * up + down - 1) / down }

    /// The input frames that output frames depend on, some of which may lie before the beginning or behind the end.
    func inputRange(of output: Range<Int>) -> Range<Int> {
        guard up != down, !output.isEmpty else { return output }
        let first = output.lowerBound * down / up - reach + 1
        return first..<(output.upperBound - 1) * down / up + reach + 1
    }

    /// The output frames `output` of one channel.
    ///
    /// - Parameters:
    ///   - input: Frames of the input.
    ///   - start: The number of the first of them; those outside count as silence.
    func resample(_ input: [Double], from start: Int, output: Range<Int>) -> [Double] {
        if up == down {
            return output.map { input.indices.contains($0 - start) ? input[$0 - start] : 0 }
        }
        return output.map { frame in
            let (base, phase) = (frame * down).quotientAndRemainder(dividingBy: up)
            let weights = phases.isEmpty ? weights(phase) : phases[phase]
            let first = base - reach + 1 - start
            let taps = max(0, -first)..<max(max(0, -first), min(weights.count, input.count - first))
            return taps.reduce(0.0) { $0 + input[first + $1] * weights[$1] }
        }
    }

    /// The weights of the input frames `base - reach + 1 ... base + reach` for an output frame at `base + phase / up`.
    private func weights(_ phase: Int) -> [Double] {
        let place = Double(phase) / Double(up)
        let weights = (1 - reach...reach).map { weight(Double($0) - place) }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }

    private func weight(_ time: Double) -> Double {
        let x = time / halfWidth
        guard x.magnitude < 1 else { return 0 }
        let angle = Double.pi * cutoff * time
        let sinc = angle == 0 ? 1 : sin(angle) / angle
        return sinc * Resampler.bessel(Resampler.beta * (1 - x * x).squareRoot())
    }

    /// The modified Bessel function of the first kind and order 0, by its power series.
    private static func bessel(_ x: Double) -> Double {
        var sum = 1.0
        var term = 1.0
        var k = 1.0
        while term > sum * 0x1p-54 {
            term *= (x / (2 * k)) * (x / (2 * k))
            sum += term
            k += 1
        }
        return sum
    }

    private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
        var (a, b) = (max(a, 1), max(b, 1))
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}
