import BitdepthGraphs
import BitdepthTensors
import Foundation
import Testing

@testable import BitdepthOperators

@Suite("Fourier transforms and windows") struct SignalTests {
    /// The definition of the transform, as pairs of real and imaginary parts.
    private func spectrum(_ signal: [Double]) -> [Double] {
        let length = signal.count / 2
        return (0..<length).flatMap { k in
            var (real, imaginary) = (0.0, 0.0)
            for n in 0..<length {
                let angle = -2 * Double.pi * Double(k * n % length) / Double(length)
                real += signal[2 * n] * cos(angle) - signal[2 * n + 1] * sin(angle)
                imaginary += signal[2 * n] * sin(angle) + signal[2 * n + 1] * cos(angle)
            }
            return [real, imaginary]
        }
    }

    private func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
        a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
    }

    private func complexSignal(_ length: Int) throws -> Tensor {
        try Tensor((0..<2 * length).map { Double($0 * $0 % 17) - 8 }, shape: [length, 2])
    }

    @Test(
        "A transform of any length is the sum that defines it: powers of two, short ones, long primes",
        arguments: [1, 2, 3, 5, 8, 63, 64, 65, 97, 100, 127, 128, 251])
    func forward(length: Int) throws {
        let signal = try complexSignal(length)
        let y = try OneNode("DFT")(signal)
        #expect(y.shape == signal.shape)
        #expect(largestDifference(try y.doubles(), spectrum(try signal.doubles())) < 1e-10)
    }

    @Test("The inverse gives the signal back", arguments: [1, 4, 7, 60, 64, 100])
    func inverse(length: Int) throws {
        let signal = try complexSignal(length)
        let back = try OneNode("DFT", [("inverse", .int(1))])(try OneNode("DFT")(signal))
        #expect(largestDifference(try back.doubles(), try signal.doubles()) < 1e-12)
    }

    @Test("A long prime length keeps its digits: a constant has a spectrum of one element")
    func longPrime() throws {
        let y = try OneNode("DFT")(try Tensor([Double](repeating: 1, count: 10_007), shape: [10_007, 1])).doubles()
        #expect(abs(y[0] - 10_007) < 1e-8)
        #expect(y.dropFirst().allSatisfy { abs($0) < 1e-8 })
    }

    @Test(
        "A real signal has a one-sided spectrum, of which the one-sided inverse makes it again", arguments: [2, 5, 8])
    func oneSided(length: Int) throws {
        let signal = try Tensor((0..<length).map { Double($0 * 3 % 5) }, shape: [1, length, 1])
        let half = try OneNode("DFT", [("onesided", .int(1))])(signal)
        #expect(half.shape.dimensions == [1, length / 2 + 1, 2])
        let whole = try OneNode("DFT")(signal)
        #expect(largestDifference(try half.doubles(), Array(try whole.doubles().prefix(half.count))) < 1e-12)
        let node = OneNode("DFT", [("onesided", .int(1)), ("inverse", .int(1))])
        let back = try node(half, try .ints([length], []))
        #expect(back.shape == signal.shape)
        #expect(largestDifference(try back.doubles(), try signal.doubles()) < 1e-12)
    }

    @Test("Half a spectrum stands for an even length where none is given")
    func realInverseLength() throws {
        let node = OneNode("DFT", [("onesided", .int(1)), ("inverse", .int(1))])
        let spectrum = try Tensor([1.0, 2, 3, -1, 2, 5], shape: [3, 2])
        // numpy.fft.irfft([1+2j, 3-1j, 2+5j]), and with n=5.
        #expect(largestDifference(try node(spectrum).doubles(), [2.25, 0.25, -0.75, -0.75]) < 1e-12)
        let five = [2.2, -0.8715411, 1.61362034, -2.66083393, 0.7187547]
        #expect(largestDifference(try node(spectrum, try .ints([5], [])).doubles(), five) < 1e-7)
    }

    @Test("dft_length cuts the signal or fills it up with zeros")
    func length() throws {
        let signal = try Tensor([1.0, 2, 3], shape: [3, 1])
        #expect(try OneNode("DFT")(signal, try .ints([1], [])).doubles() == [1, 0])
        let longer = try OneNode("DFT")(signal, try .ints([4], [])).doubles()
        #expect(largestDifference(longer, [6, 0, -2, -2, 2, 0, -2, 2]) < 1e-12)
    }

    @Test("Any signal axis may be transformed", arguments: [0, 1, -2, -3])
    func axis(axis: Int) throws {
        let x = try Tensor([1.0, 2, 3, 4, 5, 6], shape: [2, 3, 1])
        let y = try OneNode("DFT")(x, nil, try .ints([axis], [])).doubles()
        let real = stride(from: 0, to: 12, by: 2).map { y[$0] }
        let sums = axis == 0 || axis == -3 ? [5, 7, 9, -3, -3, -3] : [6, -1.5, -1.5, 15, -1.5, -1.5]
        #expect(largestDifference(real, sums) < 1e-12)
    }

    @Test("In version 17 the axis is an attribute, 1 where it is not given", arguments: [nil, 0])
    func upgrade(axis: Int?) throws {
        let x = try Tensor([1.0, 2, 3, 4, 5, 6], shape: [2, 3, 1])
        let old = OneNode("DFT", axis.map { [("axis", .int($0))] } ?? [])
        let y = try #require(try old.evaluate([x], opset: 17)["output0"])
        #expect(y == (try OneNode("DFT")(x, nil, try .ints([axis ?? 1], []))))
    }

    @Test("The shape is known as far as inputs are constant")
    func inference() throws {
        let x = Fact(.float32, PartialShape([.symbol("batch"), .known(10), .known(1)]))
        let length = Fact(constant: try .ints([16], []))
        let half = OneNode("DFT", [("onesided", .int(1))])
        #expect(
            try half.infer([x, length])[0].dimensions == [.symbol("batch"), .known(9), .known(2)])
        let unknown = Fact(.int64, PartialShape([]))
        #expect(try half.infer([x, unknown])[0].dimensions == [.symbol("batch"), .unknown, .known(2)])
        #expect(try half.infer([x, nil, unknown])[0].dimensions == [.unknown, .unknown, .known(2)])
        let stft = try OneNode("STFT").infer([
            x, Fact(constant: try .ints([3], [])), nil, Fact(constant: try .ints([4], [])),
        ])
        #expect(stft[0].dimensions == [.symbol("batch"), .known(3), .known(3), .known(2)])
    }

    @Test("Frames of the short-time transform are windowed pieces, a step apart")
    func frames() throws {
        let signal = try Tensor((1...7).map(Double.init), shape: [1, 7, 1])
        let window = try Tensor([1.0, 0.5, 0.25])
        let y = try OneNode("STFT", [("onesided", .int(0))])(signal, try .ints([2], []), window)
        #expect(y.shape.dimensions == [1, 3, 3, 2])
        for frame in 0..<3 {
            let piece: [Double] = [1.0, 0.5, 0.25].enumerated().flatMap { index, weight in
                [Double(2 * frame + index + 1) * weight, 0]
            }
            let found = Array(try y.doubles()[frame * 6..<frame * 6 + 6])
            #expect(largestDifference(found, spectrum(piece)) < 1e-12)
        }
        let half = try OneNode("STFT")(signal, try .ints([2], []), window)
        #expect(half.shape.dimensions == [1, 3, 2, 2])
        let whole = try OneNode("STFT")(signal, try .ints([9], []))
        #expect(whole.shape.dimensions == [1, 1, 4, 2], "without a window the frame is the signal")
    }

    @Test(
        "Windows have the values of their formulas",
        arguments: [
            ("HannWindow", [0, 0.5, 1, 0.5]), ("HammingWindow", [4.0 / 46, 25.0 / 46, 1, 25.0 / 46]),
            ("BlackmanWindow", [0, 0.34, 1, 0.34]),
        ] as [(OperatorName, [Double])])
    func windows(name: OperatorName, expected: [Double]) throws {
        let double: (String, Attribute) = ("output_datatype", .int(11))
        let periodic = try OneNode(name, [double])(try .ints([4], []))
        #expect(periodic.type == .float64)
        #expect(largestDifference(try periodic.doubles(), expected) < 1e-15)
        let symmetric = try OneNode(name, [double, ("periodic", .int(0))])(try .ints([5], [], .int32))
        #expect(largestDifference(try symmetric.doubles(), expected + [expected[0]]) < 1e-15)
        #expect(try OneNode(name, [("periodic", .int(0))])(try .ints([1], [])).floats() == [1])
        #expect(try OneNode(name)(try .ints([0], [])).count == 0)
        #expect(try OneNode(name, [("output_datatype", .int(6))])(try .ints([4], [])).integers() == [0, 0, 1, 0])
    }

    @Test("Bands of the mel matrix are triangles of height 1 over elements of the spectrum")
    func mel() throws {
        let inputs: [Tensor?] = [
            try .ints([3], []), try .ints([32], []), try .ints([8192], []), try .floats([0], []),
            try .floats([4096], []),
        ]
        let y = try OneNode("MelWeightMatrix").evaluate(inputs)[0]
        #expect(y.shape.dimensions == [17, 3])
        let weights = try y.doubles()
        for band in 0..<3 {
            let column = (0..<17).map { weights[$0 * 3 + band] }
            #expect(column.max() == 1)
            #expect(column.filter { $0 == 1 }.count == 1)
        }
        // The edges lie at 0, 329, 812, 1521 and 2564 Hz, which are the elements 0, 1, 3, 6 and 10 of 8192 / 33 Hz.
        let third = (0..<17).map { weights[$0 * 3 + 2] }
        #expect(
            largestDifference(
                third, [0, 0, 0, 0, 1.0 / 3, 2.0 / 3, 1, 0.75, 0.5, 0.25] + [Double](repeating: 0, count: 7)) < 1e-6)
    }

    @Test("Bands beyond the spectrum are empty")
    func melBeyond() throws {
        let y = try OneNode("MelWeightMatrix").evaluate([
            try .ints([2], []), try .ints([4], []), try .ints([100], []), try .floats([1000], []),
            try .floats([9000], []),
        ])
        #expect(try y[0].floats() == [0, 0, 0, 0, 0, 0])
    }

    @Test("Small windows are constants of the graph")
    func folding() throws {
        let facts = try OneNode("HannWindow").infer([Fact(constant: try .ints([4], []))])
        #expect(try facts[0].constant?.floats() == [0, 0.5, 1, 0.5])
        #expect(try OneNode("HannWindow").infer([Fact(.int64, .scalar)])[0].dimensions == [.unknown])
    }
}
