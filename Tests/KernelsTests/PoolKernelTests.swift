import CBitdepthKernels
import Testing

/// A random pool: padding, dilation, windows that hang over the padded image or lie wholly outside the image.
private struct Pool {
    var shape: bd_pool_shape
    let bounds: [Int]

    var lines: Int { Int(shape.images * shape.height) }
    var inputCount: Int { Int(shape.images * shape.input_height * shape.input_width * shape.channels) }
    var outputCount: Int { Int(shape.images * shape.height * shape.width * shape.channels) }

    init(seed: Int) {
        var numbers = SeededNumbers(seed: seed)
        shape = bd_pool_shape()
        shape.images = Int64(numbers.integer(1...2))
        shape.channels = Int64(numbers.integer(1...70))
        shape.input_height = Int64(numbers.integer(1...7))
        shape.input_width = Int64(numbers.integer(1...7))
        shape.kernel_height = Int64(numbers.integer(1...4))
        shape.kernel_width = Int64(numbers.integer(1...4))
        shape.stride_height = Int64(numbers.integer(1...3))
        shape.stride_width = Int64(numbers.integer(1...3))
        shape.dilation_height = Int64(numbers.integer(1...2))
        shape.dilation_width = Int64(numbers.integer(1...2))
        shape.pad_top = Int64(numbers.integer(0...3))
        shape.pad_left = Int64(numbers.integer(0...3))
        shape.pad_bottom = Int64(numbers.integer(0...3))
        shape.pad_right = Int64(numbers.integer(0...3))
        shape.count_include_pad = Bool.random(using: &numbers)
        // One line and column more than needed: as the rounding up of ONNX's ceil_mode, and beyond.
        let padded = (
            height: shape.input_height + shape.pad_top + shape.pad_bottom,
            width: shape.input_width + shape.pad_left + shape.pad_right
        )
        shape.height = (padded.height - 1) / shape.stride_height + 1 + Int64(numbers.integer(0...1))
        shape.width = (padded.width - 1) / shape.stride_width + 1 + Int64(numbers.integer(0...1))
        bounds = numbers.cuts(Int(shape.images * shape.height)).sorted()
    }

    /// Average over an image of more taps than 16-bit sums hold.
    static func global(channels: Int) -> Pool {
        var pool = Pool(seed: 0)
        pool.shape = bd_pool_shape(
            images: 2, height: 1, width: 1, channels: Int64(channels), input_height: 23, input_width: 31,
            kernel_height: 23, kernel_width: 31, stride_height: 1, stride_width: 1, dilation_height: 1,
            dilation_width: 1, pad_top: 0, pad_left: 0, pad_bottom: 0, pad_right: 0, count_include_pad: false)
        return pool
    }

    /// The first input element of every tap inside the image, and how many taps lie in the padded image.
    private func taps(line: Int64, x: Int64) -> (inside: [Int], padded: Int) {
        var inside: [Int] = [], padded = 0
        for ky in 0..<shape.kernel_height {
            for kx in 0..<shape.kernel_width {
                let row = line % shape.height * shape.stride_height - shape.pad_top + ky * shape.dilation_height
                let column = x * shape.stride_width - shape.pad_left + kx * shape.dilation_width
                guard row < shape.input_height + shape.pad_bottom, column < shape.input_width + shape.pad_right else {
                    continue
                }
                padded += 1
                guard row >= 0, row < shape.input_height, column >= 0, column < shape.input_width else { continue }
                let image = line / shape.height * shape.input_height
                inside.append(Int(((image + row) * shape.input_width + column) * shape.channels))
            }
        }
        return (inside, padded)
    }

    /// Computes every output from its taps, `counted` being what an average divides by.
    func expected<Element>(
        _ input: [Element], _ value: (_ taps: [Element], _ counted: Int) -> Element
    ) -> [Element] {
        var result: [Element] = []
        for line in 0..<shape.images * shape.height {
            for x in 0..<shape.width {
                let (inside, padded) = taps(line: line, x: x)
                for channel in 0..<Int(shape.channels) {
                    let taps = inside.map { input[$0 + channel] }
                    result.append(value(taps, shape.count_include_pad ? padded : inside.count))
                }
            }
        }
        return result
    }

    /// Runs a kernel over the whole, and over the ranges of lines between `bounds`, which must not differ.
    func run<Element: Equatable>(
        mark: Element, _ kernel: (UnsafePointer<bd_pool_shape>, UnsafeMutablePointer<Element>, Int64, Int64) -> Void,
        same: ([Element], [Element]) -> String?
    ) throws -> [Element] {
        var whole = KernelChecks.guarded([Element](repeating: mark, count: outputCount), by: mark)
        var parts = whole
        var shape = shape
        kernel(&shape, &whole, 0, Int64(lines))
        let bounds = [0] + bounds.filter { $0 < lines } + [lines]
        for (begin, end) in zip(bounds, bounds.dropFirst()) { kernel(&shape, &parts, Int64(begin), Int64(end)) }
        #expect(same(parts, whole) == nil)
        #expect(whole[outputCount...].allSatisfy { $0 == mark }, "nothing is written behind the last pixel")
        return Array(whole[..<outputCount])
    }
}

@Suite("Pool kernels")
struct PoolKernelTests {
    @Test("Max pool of bytes takes the largest tap inside the image, and 0 where there is none", arguments: 0..<50)
    func maximumOfBytes(seed: Int) throws {
        let pool = Pool(seed: seed)
        var numbers = SeededNumbers(seed: seed)
        let input = KernelChecks.guarded(numbers.bytes(pool.inputCount), by: 255)
        let expected = pool.expected(input) { taps, _ in taps.max() ?? 0 }
        for table in KernelChecks.tables {
            let kernel = try #require(table.qmaxpool)
            let result = try pool.run(
                mark: 77, { kernel($0, input, $1, $2, $3) }, same: KernelChecks.firstDifference)
            #expect(KernelChecks.firstDifference(result, expected) == nil)
        }
    }

    @Test("Max pool of floats keeps NaN, and gives -infinity where there is no tap", arguments: 0..<50)
    func maximumOfFloats(seed: Int) throws {
        let pool = Pool(seed: seed)
        var numbers = SeededNumbers(seed: seed)
        let input = KernelChecks.guarded(numbers.floats(pool.inputCount, special: seed % 2 * 150), by: .nan)
        let expected = pool.expected(input) { taps, _ in
            taps.reduce(-.infinity) { largest, tap in tap > largest || tap.isNaN ? tap : largest }
        }
        for table in KernelChecks.tables {
            let kernel = try #require(table.smaxpool)
            let result = try pool.run(
                mark: 77, { kernel($0, input, $1, $2, $3) }, same: KernelChecks.firstDifference)
            #expect(KernelChecks.firstDifference(result, expected) == nil)
        }
    }

    @Test("Average pool of floats sums in order of taps and divides by the taps counted", arguments: 0..<50)
    func averageOfFloats(seed: Int) throws {
        let pool = seed == 0 ? Pool.global(channels: 37) : Pool(seed: seed)
        var numbers = SeededNumbers(seed: seed)
        let input = KernelChecks.guarded(numbers.floats(pool.inputCount, special: seed % 5 == 4 ? 20 : 0), by: .nan)
        let expected = pool.expected(input) { taps, counted in taps.reduce(0, +) / Float(counted) }
        for table in KernelChecks.tables {
            let kernel = try #require(table.saveragepool)
            let result = try pool.run(
                mark: 77, { kernel($0, input, $1, $2, $3) }, same: KernelChecks.firstDifference)
            #expect(KernelChecks.firstDifference(result, expected) == nil)
        }
    }

    @Test("Average pool of bytes requantizes the exact sum, half to even, saturating", arguments: 0..<60)
    func averageOfBytes(seed: Int) throws {
        let pool = seed < 2 ? Pool.global(channels: 37 + 32 * seed) : Pool(seed: seed)
        var numbers = SeededNumbers(seed: seed)
        // An image of the largest bytes is what would overflow sums of 16 bits.
        let bytes = seed == 0 ? [UInt8](repeating: 255, count: pool.inputCount) : numbers.bytes(pool.inputCount)
        let input = KernelChecks.guarded(bytes, by: 255)
        let inputZero = numbers.integer(0...255), outputZero = numbers.integer(0...255)
        let multiplier: Float = [1, 0.5, 1.7, 0.31, 40, 1e30, .leastNonzeroMagnitude][numbers.integer(0...6)]
        let expected = pool.expected(input) { taps, counted in
            guard counted > 0 else { return UInt8(outputZero) }
            let sum = taps.reduce(0) { $0 + Int($1) } - taps.count * inputZero
            let steps = (Float(sum) * (multiplier / Float(counted))).rounded(.toNearestOrEven)
            return UInt8(min(max(Double(steps) + Double(outputZero), 0), 255))
        }
        for table in KernelChecks.tables {
            let kernel = try #require(table.qaveragepool)
            let result = try pool.run(
                mark: 77, { kernel($0, input, Int32(inputZero), multiplier, Int32(outputZero), $1, $2, $3) },
                same: KernelChecks.firstDifference)
            #expect(KernelChecks.firstDifference(result, expected) == nil)
        }
    }
}
