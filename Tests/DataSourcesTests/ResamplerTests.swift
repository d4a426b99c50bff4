import FoundationEssentials
import Testing

@testable import BitdepthDataSources

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite("Resampling of sound")
struct ResamplerTests {
    private func tone(_ hertz: Double, rate: Int, frames: Int) -> [Double] {
        (0..<frames).map { sin(2 * .pi * hertz * Double($0) / Double(rate) + 0.3) }
    }

    /// Away from the ends, where silence begins.
    private static let middle = 400..<1200

    @Test(
        "A tone is the same tone at another rate, to less than a thousandth",
        arguments: [
            (44100, 16000, 1000.0), (44100, 16000, 7000), (8000, 16000, 3400), (48000, 16000, 440),
            (16000, 44100, 7000),
            (22050, 16000, 50), (15999, 16000, 1000), (16000, 16000, 7900),
        ])
    func tones(from: Int, to: Int, hertz: Double) {
        let resampler = Resampler(from: from, to: to)
        let input = tone(hertz, rate: from, frames: from / 4)
        let output = resampler.resample(input, from: 0, output: Self.middle)
        let expected = tone(hertz, rate: to, frames: Self.middle.upperBound)[Self.middle]
        let largest = zip(output, expected).map { abs($0 - $1) }.max() ?? .infinity
        #expect(largest < 1e-3, "\(largest)")
    }

    @Test("What the lower rate cannot hold vanishes instead of coming back as another tone")
    func aliases() {
        for hertz in [8100.0, 10000, 15000, 21000] {
            let input = tone(hertz, rate: 44100, frames: 8000)
            let output = Resampler(from: 44100, to: 16000).resample(input, from: 0, output: Self.middle)
            let loudest = output.map(abs).max() ?? .infinity
            #expect(loudest < 1e-3, "\(hertz) Hz: \(loudest)")
        }
    }

    @Test("A part of the recording gives the same numbers as the whole")
    func parts() {
        let resampler = Resampler(from: 44100, to: 16000)
        let input = tone(440, rate: 44100, frames: 4000)
        let whole = resampler.resample(input, from: 0, output: 0..<1400)
        let needed = resampler.inputRange(of: 700..<900).clamped(to: 0..<4000)
        let part = resampler.resample(Array(input[needed]), from: needed.lowerBound, output: 700..<900)
        #expect(part == Array(whole[700..<900]))
        #expect(needed.count < 1000)
    }

    @Test("Lengths are exact, constants stay, and odd ratios of rates need no table")
    func lengths() {
        #expect(Resampler(from: 44100, to: 16000).outputCount(of: 44100) == 16000)
        #expect(Resampler(from: 8000, to: 16000).outputCount(of: 3) == 6)
        #expect(Resampler(from: 48000, to: 16000).outputCount(of: 4) == 2)
        let odd = Resampler(from: 767_999, to: 768_000)
        let ones = odd.resample([Double](repeating: 1, count: 400), from: 0, output: 200..<203)
        #expect(ones.allSatisfy { abs($0 - 1) < 1e-12 })
    }
}
