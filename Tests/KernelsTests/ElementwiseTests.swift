import CBitdepthKernels
import Testing

/// The code that the specification gives to a real already divided by the scale.
private func quantized(_ units: Float, zeroPoint: Int, codes: ClosedRange<Int> = 0...255) -> UInt8 {
    if units.isNaN { return UInt8(min(max(zeroPoint, codes.lowerBound), codes.upperBound)) }
    let code = Double(units).rounded(.toNearestOrEven) + Double(zeroPoint)
    return UInt8(min(max(code, Double(codes.lowerBound)), Double(codes.upperBound)))
}

/// One operation on two reals, step by step in FP32.
private func apply(_ operation: bd_binary_operation, _ left: Float, _ right: Float) -> Float {
    switch operation {
    case BD_ADD: left + right
    case BD_SUBTRACT: left - right
    case BD_MULTIPLY: left * right
    default: left / right
    }
}

private let operations = [BD_ADD, BD_SUBTRACT, BD_MULTIPLY, BD_DIVIDE]
/// Lengths around the widths of registers, with a begin that is no multiple of anything.
private let ranges = [(0, 1), (3, 10), (1, 32), (5, 37), (0, 64), (7, 200), (13, 13)]
private let specials: [Float] = [
    .nan, -.nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
    -.greatestFiniteMagnitude, 0.5, -0.5, 1.5, 2.5, 127.5, 254.5, 255.5, 3e9, -3e9, 65536.5,
]

@Suite("Element-wise kernels")
struct ElementwiseTests {
    /// Random reals with every special value among them.
    private func reals(_ count: Int, _ magnitude: Float, using generator: inout SeededNumbers) -> [Float] {
        (0..<count).map { _ in
            generator.chance(4)
                ? specials[generator.integer(0...specials.count - 1)] : generator.real(-magnitude...magnitude)
        }
    }

    @Test(
        "Quantization divides truly, rounds half to even, and makes NaN the zero point",
        arguments: KernelTable.supported)
    func quantize(table: KernelTable) {
        var generator = SeededNumbers(seed: 1)
        for (begin, end) in ranges {
            for (scale, zero) in [(Float(1), 0), (0.0078431, 128), (0.3, 255), (0x1p-140, 7)] {
                let input = KernelMemory(reals(end, 200 * scale, using: &generator))
                let actual = KernelMemory<UInt8>(count: end), expected = KernelMemory<UInt8>(count: end)
                table.entries.quantize_u8(input.start, actual.start, scale, Int32(zero), Int64(begin), Int64(end))
                for i in begin..<end { expected.start[i] = quantized(input.start[i] / scale, zeroPoint: zero) }
                expectSameBytes(actual, expected, "\(begin)..<\(end), scale \(scale), zero point \(zero)")
            }
        }
    }

    @Test("A real next to a tie is rounded as its quotient is", arguments: KernelTable.supported)
    func nearTies(table: KernelTable) {
        var generator = SeededNumbers(seed: 8)
        for scale in [Float(0.1), 0.0078431, 3, 0x1.fffffep-3, 1e-30, 1e30] {
            // Products with an inverse would put many of these on the wrong side.
            let input = KernelMemory(
                (0..<4096).map { _ in
                    let tie = (Float(generator.integer(-300...300)) + 0.5) * scale
                    return generator.chance(3) ? tie : generator.chance(2) ? tie.nextUp : tie.nextDown
                })
            let actual = KernelMemory<UInt8>(count: 4096), expected = KernelMemory<UInt8>(count: 4096)
            table.entries.quantize_u8(input.start, actual.start, scale, 128, 0, 4096)
            for i in 0..<4096 { expected.start[i] = quantized(input.start[i] / scale, zeroPoint: 128) }
            expectSameBytes(actual, expected, "scale \(scale)")
        }
    }

    @Test("Dequantization subtracts the zero point before it multiplies", arguments: KernelTable.supported)
    func dequantize(table: KernelTable) {
        var generator = SeededNumbers(seed: 2)
        for (begin, end) in ranges {
            let input = KernelMemory(generator.codes(end))
            let actual = KernelMemory<Float>(count: end), expected = KernelMemory<Float>(count: end)
            table.entries.dequantize_u8(input.start, actual.start, 0.0371, 113, Int64(begin), Int64(end))
            for i in begin..<end { expected.start[i] = Float(Int(input.start[i]) - 113) * 0.0371 }
            expectSameBytes(actual, expected, "\(begin)..<\(end)")
        }
    }

    @Test("Mapping looks every code up in its table", arguments: KernelTable.supported)
    func map(table: KernelTable) {
        var generator = SeededNumbers(seed: 3)
        let values = KernelMemory(generator.codes(256))
        let all = KernelMemory((0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        for (begin, end) in ranges + [(0, 300)] {
            let actual = KernelMemory<UInt8>(count: end), expected = KernelMemory<UInt8>(count: end)
            table.entries.map_u8(values.start, all.start, actual.start, Int64(begin), Int64(end))
            for i in begin..<end { expected.start[i] = values.start[Int(all.start[i])] }
            expectSameBytes(actual, expected, "\(begin)..<\(end)")
        }
    }

    @Test(
        "Operations on codes give what the unfused nodes give, with one code for all elements too",
        arguments: KernelTable.supported, operations)
    func qbinary(table: KernelTable, operation: bd_binary_operation) {
        var generator = SeededNumbers(seed: 4)
        for (begin, end) in ranges {
            for (leftStep, rightStep) in [(1, 1), (1, 0), (0, 1), (0, 0)] {
                let left = KernelMemory(generator.codes(end)), right = KernelMemory(generator.codes(end))
                let actual = KernelMemory<UInt8>(count: end), expected = KernelMemory<UInt8>(count: end)
                let leftScale = generator.real(0.01...0.1), rightScale = generator.real(0.01...0.1)
                let outputScale: Float = 0.02
                let leftZero = generator.integer(0...255), rightZero = generator.integer(0...255)
                let zero = generator.integer(0...255)
                let codes = generator.chance(2) ? 0...255 : 20...230
                var job = bd_qbinary(
                    operation: operation, left: left.start, right: right.start, output: actual.start,
                    left_scale: leftScale, right_scale: rightScale, output_scale: outputScale,
                    left_zero: Int32(leftZero), right_zero: Int32(rightZero), output_zero: Int32(zero),
                    minimum: Int32(codes.lowerBound), maximum: Int32(codes.upperBound), left_step: Int64(leftStep),
                    right_step: Int64(rightStep), code_sum: bd_code_sum())
                table.entries.qbinary(&job, Int64(begin), Int64(end))
                for i in begin..<end {
                    let a = Float(Int(left.start[i * leftStep]) - leftZero) * leftScale
                    let b = Float(Int(right.start[i * rightStep]) - rightZero) * rightScale
                    expected.start[i] = quantized(apply(operation, a, b) / outputScale, zeroPoint: zero, codes: codes)
                }
                expectSameBytes(
                    actual, expected, "\(begin)..<\(end), operation \(operation.rawValue), \(leftStep) \(rightStep)")
            }
        }
    }

    @Test(
        "Images of planes become channels-last codes in the middle of larger images", arguments: KernelTable.supported)
    func images(table: KernelTable) {
        var generator = SeededNumbers(seed: 9)
        for (channels, height, width) in [(1, 3, 70), (2, 4, 33), (3, 5, 16), (3, 61, 81), (3, 1, 5000), (4, 2, 65)] {
            let plane = height * width, line = (width + 3) * channels, image = (height + 2) * line
            let input = KernelMemory(reals(2 * channels * plane, 9, using: &generator))
            let actual = KernelMemory<UInt8>(count: 2 * image), expected = KernelMemory<UInt8>(count: 2 * image)
            let scale = generator.real(0.02...0.1), zero = generator.integer(0...255)
            var job = bd_quantize_image(
                images: 2, channels: Int64(channels), height: Int64(height), width: Int64(width), input: input.start,
                output: actual.start + line + 2 * channels, output_image: Int64(image), output_line: Int64(line),
                scale: scale, zero_point: Int32(zero))
            let half = Int64(generator.integer(0...2 * height))
            table.entries.quantize_image(&job, 0, half)
            table.entries.quantize_image(&job, half, Int64(2 * height))
            for n in 0..<2 {
                for c in 0..<channels {
                    for y in 0..<height {
                        for x in 0..<width {
                            let real = input.start[((n * channels + c) * height + y) * width + x]
                            expected.start[n * image + (y + 1) * line + (x + 2) * channels + c] = quantized(
                                real / scale, zeroPoint: zero, codes: 0...255)
                        }
                    }
                }
            }
            expectSameBytes(actual, expected, "\(channels) channels, \(height) x \(width)")
        }
    }

    @Test(
        "Sums of codes by the short way give what the steps through reals give, for every pair of codes",
        arguments: KernelTable.supported, [BD_ADD, BD_SUBTRACT])
    func codeSums(table: KernelTable, operation: bd_binary_operation) throws {
        let pairs = 1 << 16
        let left = KernelMemory((0..<pairs).map { UInt8($0 >> 8) })
        let right = KernelMemory((0..<pairs).map { UInt8(truncatingIfNeeded: $0) })
        let actual = KernelMemory<UInt8>(count: pairs), expected = KernelMemory<UInt8>(count: pairs)
        let scalar = try #require(KernelTable(BD_ISA_SCALAR))
        let pointer = try #require(bd_kernels_for(table.instructionSet))
        let scratch = UnsafeMutableRawPointer.allocate(byteCount: bd_code_sum_scratch_bytes(), alignment: 16)
        defer { scratch.deallocate() }
        var generator = SeededNumbers(seed: 8)
        var proven = 0
        for index in 0..<24 {
            let limits = generator.chance(2) ? 0...255 : 20...230
            var job = bd_qbinary(
                operation: operation, left: left.start, right: right.start, output: expected.start,
                left_scale: generator.real(0.01...0.1), right_scale: generator.real(0.01...0.1),
                // A step of the result that is that of an operand makes many ties.
                output_scale: index % 8 == 0 ? 0.0625 : generator.real(0.02...0.1),
                left_zero: Int32(generator.integer(0...255)), right_zero: Int32(generator.integer(0...255)),
                output_zero: Int32(generator.integer(0...255)), minimum: Int32(limits.lowerBound),
                maximum: Int32(limits.upperBound), left_step: 1, right_step: 1, code_sum: bd_code_sum())
            if index % 8 == 0 { job.left_scale = 0.0625 }
            scalar.entries.qbinary(&job, 0, Int64(pairs))
            job.code_sum = bd_prove_code_sum(pointer, &job, scratch)
            job.output = actual.start
            table.entries.qbinary(&job, 0, Int64(pairs))
            expectSameBytes(actual, expected, "sum \(index), proven \(job.code_sum.is_proven)")
            proven += job.code_sum.is_proven ? 1 : 0
        }
        #expect(table.instructionSet == BD_ISA_SCALAR ? proven == 0 : proven >= 18, "\(proven) of 24 have a short way")
    }

    @Test("Operations on reals are limited, and NaN stays NaN", arguments: KernelTable.supported, operations)
    func sbinary(table: KernelTable, operation: bd_binary_operation) {
        var generator = SeededNumbers(seed: 5)
        for (begin, end) in ranges {
            for limits in [-Float.infinity...Float.infinity, 0...6] {
                let left = KernelMemory(reals(end, 9, using: &generator))
                let right = KernelMemory(reals(end, 9, using: &generator))
                let output = KernelMemory<Float>(count: end)
                var job = bd_sbinary(
                    operation: operation, left: left.start, right: right.start, output: output.start,
                    minimum: limits.lowerBound, maximum: limits.upperBound)
                table.entries.sbinary(&job, Int64(begin), Int64(end))
                for i in begin..<end {
                    expectSame(
                        output.start[i], apply(operation, left.start[i], right.start[i]), limits,
                        "\(left.start[i]), \(right.start[i])")
                }
            }
        }
    }

    @Test("Limits keep NaN and everything between them", arguments: KernelTable.supported)
    func sclamp(table: KernelTable) {
        var generator = SeededNumbers(seed: 6)
        for (begin, end) in ranges {
            let input = KernelMemory(reals(end, 9, using: &generator))
            let output = KernelMemory<Float>(count: end)
            table.entries.sclamp(input.start, output.start, -1, 6, Int64(begin), Int64(end))
            for i in begin..<end { expectSame(output.start[i], input.start[i], -1...6, "\(input.start[i])") }
        }
    }

    /// Compares with the limited real; any NaN equals any other.
    private func expectSame(_ actual: Float, _ real: Float, _ limits: ClosedRange<Float>, _ what: String) {
        let expected = real.isNaN ? real : min(max(real, limits.lowerBound), limits.upperBound)
        if actual.isNaN != expected.isNaN || (!actual.isNaN && actual != expected) {
            Issue.record("\(what) gives \(actual), expected \(expected)")
        }
    }
}
