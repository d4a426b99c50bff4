import CBitdepthKernels
import Testing

/// A value that no kernel computes here: it marks what must not be written.
private let untouched: Float = -12345.678

/// One float matrix product or convolution with everything that a kernel needs.
private struct FloatSums {
    var images: Int, height: Int, width: Int, columns: Int
    var segments: Int, length: Int
    var input: bd_strides, output: bd_strides
    var offsets: [Int64]
    var elements: [Float], weights: [Float], bias: [Float]
    var minimum: Float, maximum: Float

    var pixels: Int { images * height * width }
    var depth: Int { segments * length }

    /// Strides have gaps, pixels may overlap in the input, and segments may lie in any order.
    init(seed: Int, pixels: ClosedRange<Int>, depth: ClosedRange<Int>, special: Int = 0) {
        var numbers = SeededNumbers(seed: seed)
        images = numbers.integer(1...3)
        height = numbers.integer(1...3)
        width = max(1, numbers.integer(pixels) / (images * height))
        columns = numbers.integer(1...70)
        segments = numbers.integer(1...3)
        length = max(1, numbers.integer(depth) / segments)
        let pixel = numbers.integer(1...length + 3)
        let line = width * pixel + numbers.integer(0...5)
        let image = height * line + numbers.integer(0...5)
        input = bd_strides(image: Int64(image), line: Int64(line), pixel: Int64(pixel))
        let outputPixel = columns + numbers.integer(0...3)
        let outputLine = width * outputPixel + numbers.integer(0...3)
        let outputImage = height * outputLine + numbers.integer(0...3)
        output = bd_strides(image: Int64(outputImage), line: Int64(outputLine), pixel: Int64(outputPixel))
        let farthest = 2 * length
        offsets = (0..<segments).map { _ in Int64(numbers.integer(0...farthest)) }
        elements = numbers.floats(images * image + 3 * length, special: special)
        weights = numbers.floats(columns * segments * length, special: special / 4)
        bias = numbers.floats((columns + 63) / 64 * 64, special: special)
        (minimum, maximum) = numbers.clamp()
    }

    private func offset(_ strides: bd_strides, pixel: Int) -> Int {
        let x = pixel % width, y = pixel / width % height, image = pixel / width / height
        return image * Int(strides.image) + y * Int(strides.line) + x * Int(strides.pixel)
    }

    func outputIndex(pixel: Int, column: Int) -> Int {
        offset(output, pixel: pixel) + column
    }

    /// The products of one output in order.
    func products(pixel: Int, column: Int) -> [(element: Float, weight: Float)] {
        let start = offset(input, pixel: pixel)
        return (0..<depth).map { k in
            (elements[start + Int(offsets[k / length]) + k % length], weights[column * depth + k])
        }
    }

    /// The contract: one fused multiply-add after the other, then a clamp that NaN passes.
    func expected(pixel: Int, column: Int) -> Float {
        var sum = bias[column]
        for (element, weight) in products(pixel: pixel, column: column) { sum.addProduct(element, weight) }
        if sum < minimum { return minimum }
        return sum > maximum ? maximum : sum
    }

    /// The same sums with weights that are numbers of a format of 16 bits, subnormal ones among them.
    func rounded(to format: bd_half_format, seed: Int) -> FloatSums {
        var numbers = SeededNumbers(seed: seed)
        var sums = self
        for index in sums.weights.indices {
            if format == BD_BF16 {
                sums.weights[index] = Float(bitPattern: sums.weights[index].bitPattern & 0xFFFF_0000)
            } else {
                let half = Float16(sums.weights[index])
                sums.weights[index] = Float(numbers.chance(9) ? Float16.leastNonzeroMagnitude * 37 : half)
            }
        }
        return sums
    }

    func run(on table: bd_kernels, cuts: [Int]? = nil, halves format: bd_half_format? = nil) throws -> [Float] {
        let packedFloats = try #require(table.sgemm_packed_floats)
        let pack = try #require(table.sgemm_pack), sgemm = try #require(table.sgemm)
        let packedCount = packedFloats(Int64(columns), Int64(segments), Int64(length))
        var packed = [Float](repeating: .nan, count: packedCount)
        pack(weights, Int64(columns), Int64(segments), Int64(length), &packed)
        var halves = [UInt16](repeating: 0, count: packedCount)
        if let format {
            try #require(bd_narrow(packed, Int64(packedCount), format, &halves))
            packed = []
        }
        packed = KernelChecks.guarded(packed, by: .nan)
        var result = [Float](repeating: untouched, count: images * Int(output.image))
        let bounds = (cuts ?? [0, pixels]).sorted()
        KernelChecks.guarded(elements, by: .nan).withUnsafeBufferPointer { elements in
            offsets.withUnsafeBufferPointer { offsets in
                packed.withUnsafeBufferPointer { packed in
                    bias.withUnsafeBufferPointer { bias in
                        result.withUnsafeMutableBufferPointer { result in
                            let shape = bd_sum_shape(
                                images: Int64(images), height: Int64(height), width: Int64(width), input: input,
                                output: output, segment_offsets: offsets.baseAddress, segment_count: Int64(segments),
                                segment_length: Int64(length), columns: Int64(columns))
                            var job = bd_sgemm(
                                shape: shape, input: elements.baseAddress, packed_weights: packed.baseAddress,
                                halves: nil, half_format: format ?? BD_FP16, bias: bias.baseAddress,
                                minimum: minimum, maximum: maximum, output: result.baseAddress)
                            halves.withUnsafeBufferPointer { halves in
                                job.halves = format == nil ? nil : halves.baseAddress
                                for (begin, end) in zip(bounds, bounds.dropFirst()) {
                                    sgemm(&job, Int64(begin), Int64(end))
                                }
                            }
                        }
                    }
                }
            }
        }
        return result
    }
}

/// One float depthwise convolution with everything that a kernel needs.
private struct FloatDepthwise {
    var images: Int, height: Int, width: Int, channels: Int
    var kernelHeight: Int, kernelWidth: Int, strideHeight: Int, strideWidth: Int
    var dilationHeight: Int, dilationWidth: Int
    var input: bd_strides, output: bd_strides
    var elements: [Float], weights: [Float], bias: [Float]
    var minimum: Float, maximum: Float

    var lines: Int { images * height }
    var taps: Int { kernelHeight * kernelWidth }

    init(seed: Int, special: Int = 0) {
        var numbers = SeededNumbers(seed: seed)
        images = numbers.integer(1...2)
        height = numbers.integer(1...3)
        width = numbers.integer(1...11)
        channels = numbers.integer(1...41)
        // Half of the cases are the kernels that have code of their own.
        kernelWidth = Bool.random(using: &numbers) ? [3, 5][numbers.integer(0...1)] : numbers.integer(1...5)
        kernelHeight = numbers.integer(1...4)
        strideHeight = numbers.integer(1...2)
        strideWidth = numbers.integer(1...3)
        dilationHeight = numbers.integer(1...2)
        dilationWidth = numbers.integer(0...3) == 0 ? 2 : 1
        let inputWidth = (width - 1) * strideWidth + (kernelWidth - 1) * dilationWidth + 1
        let inputHeight = (height - 1) * strideHeight + (kernelHeight - 1) * dilationHeight + 1
        let pixel = channels + numbers.integer(0...3)
        let line = inputWidth * pixel + numbers.integer(0...3)
        let image = inputHeight * line + numbers.integer(0...3)
        input = bd_strides(image: Int64(image), line: Int64(line), pixel: Int64(pixel))
        let outputPixel = channels + numbers.integer(0...3)
        let outputLine = width * outputPixel + numbers.integer(0...3)
        let outputImage = height * outputLine + numbers.integer(0...3)
        output = bd_strides(image: Int64(outputImage), line: Int64(outputLine), pixel: Int64(outputPixel))
        elements = numbers.floats(images * image, special: special)
        weights = numbers.floats(channels * kernelHeight * kernelWidth, special: special / 4)
        bias = numbers.floats((channels + 63) / 64 * 64, special: special)
        (minimum, maximum) = numbers.clamp()
    }

    /// The contract, one output after the other; what is no output keeps its mark.
    func expected() -> [Float] {
        var result = [Float](repeating: untouched, count: images * Int(output.image))
        for line in 0..<lines {
            let image = line / height, y = line % height
            for x in 0..<width {
                for channel in 0..<channels {
                    var sum = bias[channel]
                    for tap in 0..<taps {
                        let row = y * strideHeight + tap / kernelWidth * dilationHeight
                        let column = x * strideWidth + tap % kernelWidth * dilationWidth
                        let pixel = row * Int(input.line) + column * Int(input.pixel)
                        let element = elements[image * Int(input.image) + pixel + channel]
                        sum.addProduct(element, weights[channel * taps + tap])
                    }
                    if sum < minimum { sum = minimum }
                    if sum > maximum { sum = maximum }
                    let pixel = y * Int(output.line) + x * Int(output.pixel)
                    result[image * Int(output.image) + pixel + channel] = sum
                }
            }
        }
        return result
    }

    func run(on table: bd_kernels, cuts: [Int]? = nil) throws -> [Float] {
        let pack = try #require(table.sdepthwise_pack), sdepthwise = try #require(table.sdepthwise)
        let packedFloats = try #require(table.sdepthwise_packed_floats)
        let packedCount = packedFloats(Int64(channels), Int64(kernelHeight), Int64(kernelWidth))
        var packed = [Float](repeating: .nan, count: packedCount)
        pack(weights, Int64(channels), Int64(kernelHeight), Int64(kernelWidth), &packed)
        packed = KernelChecks.guarded(packed, by: .nan)
        var result = [Float](repeating: untouched, count: images * Int(output.image))
        let bounds = (cuts ?? [0, lines]).sorted()
        let shape = bd_depthwise_shape(
            images: Int64(images), height: Int64(height), width: Int64(width), channels: Int64(channels),
            kernel_height: Int64(kernelHeight), kernel_width: Int64(kernelWidth),
            stride_height: Int64(strideHeight), stride_width: Int64(strideWidth),
            dilation_height: Int64(dilationHeight), dilation_width: Int64(dilationWidth), input: input,
            output: output)
        KernelChecks.guarded(elements, by: .nan).withUnsafeBufferPointer { elements in
            packed.withUnsafeBufferPointer { packed in
                bias.withUnsafeBufferPointer { bias in
                    result.withUnsafeMutableBufferPointer { result in
                        var job = bd_sdepthwise(
                            shape: shape, input: elements.baseAddress, packed_weights: packed.baseAddress,
                            bias: bias.baseAddress, minimum: minimum, maximum: maximum, output: result.baseAddress)
                        for (begin, end) in zip(bounds, bounds.dropFirst()) {
                            sdepthwise(&job, Int64(begin), Int64(end))
                        }
                    }
                }
            }
        }
        return result
    }
}

@Suite("Float kernels")
struct FloatKernelTests {
    @Test("Float sums are chains of fused multiply-adds in order of k on every table", arguments: 0..<40)
    func sumsFollowTheContract(seed: Int) throws {
        let sums = FloatSums(seed: seed, pixels: 1...40, depth: 1...67, special: seed % 4 == 0 ? 20 : 0)
        var expected = [Float](repeating: untouched, count: sums.images * Int(sums.output.image))
        for pixel in 0..<sums.pixels {
            for column in 0..<sums.columns {
                expected[sums.outputIndex(pixel: pixel, column: column)] = sums.expected(pixel: pixel, column: column)
            }
        }
        for table in KernelChecks.tables {
            let difference = KernelChecks.firstDifference(try sums.run(on: table), expected)
            #expect(difference == nil, "table \(String(cString: table.name))")
        }
    }

    @Test("Float sums agree with sums in double precision", arguments: 100..<110)
    func sumsAgreeWithDouble(seed: Int) throws {
        let sums = FloatSums(seed: seed, pixels: 1...20, depth: 1...67)
        for table in KernelChecks.tables {
            let result = try sums.run(on: table)
            for pixel in 0..<sums.pixels {
                for column in stride(from: 0, to: sums.columns, by: 3) {
                    var exact = Double(sums.bias[column]), magnitude = abs(exact)
                    for (element, weight) in sums.products(pixel: pixel, column: column) {
                        exact += Double(element) * Double(weight)
                        magnitude += abs(Double(element) * Double(weight))
                    }
                    exact = min(max(exact, Double(sums.minimum)), Double(sums.maximum))
                    let bound = magnitude * Double(sums.depth) * Double(Float.ulpOfOne)
                    let error = abs(Double(result[sums.outputIndex(pixel: pixel, column: column)]) - exact)
                    #expect(error <= bound)
                }
            }
        }
    }

    @Test("Long sums, summed in parts, keep the order of k", arguments: 200..<208)
    func longSums(seed: Int) throws {
        let sums = FloatSums(seed: seed, pixels: 1...130, depth: 300...1300)
        let results = try KernelChecks.tables.map { try sums.run(on: $0) }
        for result in results.dropFirst() {
            #expect(KernelChecks.firstDifference(result, results[0]) == nil)
        }
        var numbers = SeededNumbers(seed: seed)
        for _ in 0..<20 {
            let pixel = numbers.integer(0...sums.pixels - 1), column = numbers.integer(0...sums.columns - 1)
            let result = results[0][sums.outputIndex(pixel: pixel, column: column)]
            #expect(result == sums.expected(pixel: pixel, column: column))
        }
    }

    @Test("Weights of 16 bits give the bytes of the same weights in 32", arguments: 400..<420)
    func halves(seed: Int) throws {
        for format in [BD_FP16, BD_BF16] {
            let sums = FloatSums(seed: seed, pixels: 1...130, depth: 1...(seed % 4 == 0 ? 900 : 60))
                .rounded(to: format, seed: seed)
            for table in KernelChecks.tables {
                let difference = KernelChecks.firstDifference(
                    try sums.run(on: table, halves: format), try sums.run(on: table))
                #expect(difference == nil, "table \(String(cString: table.name))")
            }
        }
    }

    @Test("A float is narrowed to 16 bits only where it is such a number")
    func narrow() {
        func bits(_ float: Float, _ format: bd_half_format) -> UInt16? {
            var half: UInt16 = 0
            return withUnsafePointer(to: float) { bd_narrow($0, 1, format, &half) } ? half : nil
        }
        for pattern in UInt16.min ... .max {
            let half = Float(Float16(bitPattern: pattern))
            #expect(bits(half, BD_FP16) == (half.isNaN ? bits(half, BD_FP16) : pattern))
            let brain = Float(bitPattern: UInt32(pattern) << 16)
            #expect(bits(brain, BD_BF16) == pattern)
        }
        for float in [65520, 0x1p-25, 0x1.004p-15, 0.1, 1e-30, 65505] as [Float] {
            #expect(bits(float, BD_FP16) == nil)
        }
        for float in [0.1, 1.00390625] as [Float] { #expect(bits(float, BD_BF16) == nil) }
    }

    @Test("Ranges of pixels give the bytes of the whole", arguments: 300..<330)
    func rangesOfPixels(seed: Int) throws {
        let sums = FloatSums(seed: seed, pixels: 1...130, depth: 1...40)
        var numbers = SeededNumbers(seed: seed)
        for table in KernelChecks.tables.reversed() {
            let whole = try sums.run(on: table)
            let cut = try sums.run(on: table, cuts: numbers.cuts(sums.pixels))
            #expect(KernelChecks.firstDifference(cut, whole) == nil)
        }
    }

    @Test("Empty ranges write nothing")
    func emptyRanges() throws {
        let sums = FloatSums(seed: 1, pixels: 10...20, depth: 1...40)
        let depthwise = FloatDepthwise(seed: 1)
        for table in KernelChecks.tables {
            #expect(try sums.run(on: table, cuts: [3, 3]).allSatisfy { $0 == untouched })
            #expect(try depthwise.run(on: table, cuts: [0, 0]).allSatisfy { $0 == untouched })
        }
    }

    @Test("A sum over nothing is its clamped bias")
    func emptySums() throws {
        var sums = FloatSums(seed: 2, pixels: 10...20, depth: 1...4)
        (sums.segments, sums.offsets, sums.minimum, sums.maximum) = (0, [], -0.5, 0.25)
        for table in KernelChecks.tables {
            let result = try sums.run(on: table)
            let last = sums.outputIndex(pixel: sums.pixels - 1, column: sums.columns - 1)
            #expect(result[last] == min(max(sums.bias[sums.columns - 1], -0.5), 0.25))
        }
    }

    @Test("NaN passes the clamp and negative zero passes a clamp at zero")
    func clampKeepsNaNAndSigns() throws {
        var sums = FloatSums(seed: 3, pixels: 20...30, depth: 1...4)
        (sums.segments, sums.offsets, sums.minimum, sums.maximum) = (0, [], 0, 6)
        for column in 0..<sums.columns { sums.bias[column] = column.isMultiple(of: 2) ? .nan : -0.0 }
        for table in KernelChecks.tables {
            let result = try sums.run(on: table)
            for column in 0..<sums.columns {
                let value = result[sums.outputIndex(pixel: 0, column: column)]
                #expect(column.isMultiple(of: 2) ? value.isNaN : value.bitPattern == (-Float.zero).bitPattern)
            }
        }
    }

    @Test("Depthwise sums are chains of fused multiply-adds in order of taps on every table", arguments: 0..<80)
    func depthwiseFollowsTheContract(seed: Int) throws {
        let depthwise = FloatDepthwise(seed: seed, special: seed % 4 == 0 ? 20 : 0)
        let expected = depthwise.expected()
        for table in KernelChecks.tables {
            let difference = KernelChecks.firstDifference(try depthwise.run(on: table), expected)
            #expect(difference == nil, "table \(String(cString: table.name))")
        }
    }

    @Test("Ranges of lines give the bytes of the whole", arguments: 400..<420)
    func rangesOfLines(seed: Int) throws {
        let depthwise = FloatDepthwise(seed: seed)
        var numbers = SeededNumbers(seed: seed)
        for table in KernelChecks.tables {
            let whole = try depthwise.run(on: table)
            let cut = try depthwise.run(on: table, cuts: numbers.cuts(depthwise.lines))
            #expect(KernelChecks.firstDifference(cut, whole) == nil)
        }
    }
}
