import CBitdepthKernels
import Testing

/// One depthwise convolution with its data, its exact result and its run by a table.
struct QuantizedDepthwiseCase: CustomStringConvertible {
    var images = 1, height = 1, width = 1, channels = 1
    var kernelHeight = 3, kernelWidth = 3, strideHeight = 1, strideWidth = 1, dilationHeight = 1, dilationWidth = 1
    var pixelGap = 0, outputGap = 0
    var input: [UInt8] = []
    var weights: [Int8] = []
    var bias: [Int32] = []
    var requantization = Requantization(multipliers: [])

    var lines: Int { images * height }
    var inputPixel: Int { channels + pixelGap }
    var inputLine: Int { ((width - 1) * strideWidth + (kernelWidth - 1) * dilationWidth + 1) * inputPixel }
    var inputImage: Int { ((height - 1) * strideHeight + (kernelHeight - 1) * dilationHeight + 1) * inputLine }
    var outputPixel: Int { channels + outputGap }

    var description: String {
        "\(images) x \(height) x \(width) pixels, \(channels) channels, kernel \(kernelHeight) x \(kernelWidth), "
            + "stride \(strideHeight), \(strideWidth), dilation \(dilationHeight), \(dilationWidth), "
            + "gaps \(pixelGap) and \(outputGap)"
    }

    func expectedOutput() -> KernelMemory<UInt8> {
        let output = KernelMemory<UInt8>(count: lines * width * outputPixel)
        input.withUnsafeBufferPointer { input in
            for pixel in 0..<lines * width {
                let (image, y, x) = (pixel / (height * width), pixel / width % height, pixel % width)
                let origin = image * inputImage + y * strideHeight * inputLine + x * strideWidth * inputPixel
                for channel in 0..<channels {
                    var sum = Int64(bias[channel])
                    for ky in 0..<kernelHeight {
                        for kx in 0..<kernelWidth {
                            let tap = origin + ky * dilationHeight * inputLine + kx * dilationWidth * inputPixel
                            let weight = weights[(channel * kernelHeight + ky) * kernelWidth + kx]
                            sum += Int64(input[tap + channel]) * Int64(weight)
                        }
                    }
                    output.start[pixel * outputPixel + channel] = requantization.code(sum, column: channel)
                }
            }
        }
        return output
    }

    /// Runs a table over the lines, cut at the given places.
    func run(_ table: KernelTable, cuts: [Int] = []) -> KernelMemory<UInt8> {
        let entries = table.entries
        let output = KernelMemory<UInt8>(count: lines * width * outputPixel)
        let input = KernelMemory(self.input), weights = KernelMemory(self.weights)
        let bias = perColumn(self.bias), multiplier = perColumn(requantization.multipliers)
        let channels = Int64(self.channels)
        let kernelHeight = Int64(self.kernelHeight), kernelWidth = Int64(self.kernelWidth)
        let packed = KernelMemory<Int8>(count: entries.qdepthwise_packed_bytes(channels, kernelHeight, kernelWidth))
        entries.qdepthwise_pack(weights.start, channels, kernelHeight, kernelWidth, packed.start)
        let shape = bd_depthwise_shape(
            images: Int64(images), height: Int64(height), width: Int64(width), channels: channels,
            kernel_height: kernelHeight, kernel_width: kernelWidth, stride_height: Int64(strideHeight),
            stride_width: Int64(strideWidth), dilation_height: Int64(dilationHeight),
            dilation_width: Int64(dilationWidth),
            input: bd_strides(image: Int64(inputImage), line: Int64(inputLine), pixel: Int64(inputPixel)),
            output: bd_strides(
                image: Int64(height * width * outputPixel), line: Int64(width * outputPixel),
                pixel: Int64(outputPixel)))
        var job = bd_qdepthwise(
            shape: shape, input: input.start, packed_weights: packed.start, bias: bias.start,
            epilogue: requantization.epilogue(multiplier: multiplier), output: output.start)
        for (begin, end) in zip([0] + cuts, cuts + [lines]) { entries.qdepthwise(&job, Int64(begin), Int64(end)) }
        withExtendedLifetime((input, bias, multiplier, packed)) {}
        return output
    }

    /// Fills in data for the shape.
    mutating func fill(_ kind: WeightKind, using generator: inout SeededNumbers) {
        input = generator.codes(images * inputImage, extreme: kind == .extreme || kind == .pairSafe)
        weights = generator.weights(channels * kernelHeight * kernelWidth, kind)
        bias = (0..<channels).map { _ in Int32(generator.integer(-20_000...20_000)) }
        let taps = Float(kernelHeight * kernelWidth)
        requantization = .random(columns: channels, magnitude: taps.squareRoot() * 255 * 128, using: &generator)
    }

    /// A random shape with random data.
    static func random(seed: Int) -> QuantizedDepthwiseCase {
        var generator = SeededNumbers(seed: seed)
        var shape = QuantizedDepthwiseCase()
        let kernels = [(3, 3), (3, 3), (3, 3), (5, 5), (5, 5), (7, 1), (1, 7), (2, 4), (1, 1)]
        (shape.kernelHeight, shape.kernelWidth) = kernels[generator.integer(0...kernels.count - 1)]
        shape.images = generator.integer(1...2)
        shape.height = generator.integer(1...5)
        shape.width = generator.chance(5) ? generator.integer(17...40) : generator.integer(1...7)
        shape.channels = generator.chance(6) ? generator.integer(71...140) : generator.integer(1...70)
        shape.strideHeight = generator.integer(1...2)
        shape.strideWidth = generator.chance(4) ? generator.integer(1...3) : shape.strideHeight
        shape.dilationHeight = generator.chance(4) ? 2 : 1
        shape.dilationWidth = generator.chance(4) ? generator.integer(1...2) : shape.dilationHeight
        shape.pixelGap = generator.chance(3) ? generator.integer(1...5) : 0
        shape.outputGap = generator.chance(2) ? generator.integer(1...9) : 0
        shape.fill(WeightKind.allCases[generator.integer(0...WeightKind.allCases.count - 1)], using: &generator)
        return shape
    }
}

@Suite("Quantized depthwise convolutions")
struct QuantizedDepthwiseTests {
    @Test("Sums of random shapes are exact and nothing else is written", arguments: KernelTable.supported)
    func randomShapes(table: KernelTable) {
        for seed in 0..<90 {
            let shape = QuantizedDepthwiseCase.random(seed: seed)
            expectSameBytes(shape.run(table), shape.expectedOutput(), "seed \(seed), \(shape)")
        }
    }

    @Test("Every number of channels up to 70 leaves its neighbours alone", arguments: KernelTable.supported)
    func channelTails(table: KernelTable) {
        for channels in 1...70 {
            var generator = SeededNumbers(seed: channels)
            var shape = QuantizedDepthwiseCase(
                height: 3, width: channels % 4 + 1, channels: channels, strideHeight: channels % 2 + 1,
                strideWidth: channels % 2 + 1, outputGap: channels % 3)
            shape.fill(.extreme, using: &generator)
            expectSameBytes(shape.run(table), shape.expectedOutput(), "\(shape)")
        }
    }

    @Test("Tall kernels of any stride and dilation are summed exactly", arguments: KernelTable.supported)
    func tallKernels(table: KernelTable) {
        let kernels = [(5, 3), (5, 5), (7, 7), (6, 5), (9, 4), (11, 11), (13, 9), (15, 15), (31, 1), (1, 31)]
        for (seed, (height, width)) in kernels.enumerated() {
            for stride in 1...3 {
                var generator = SeededNumbers(seed: seed)
                var shape = QuantizedDepthwiseCase(
                    images: 2, height: stride == 1 ? 5 : 3, width: seed == 1 ? 45 : 7 - stride, channels: 35,
                    kernelHeight: height, kernelWidth: width, strideHeight: stride,
                    strideWidth: generator.integer(1...3), dilationHeight: generator.chance(3) ? 2 : 1,
                    dilationWidth: generator.chance(3) ? 2 : 1, outputGap: 3)
                shape.fill(seed % 2 == 0 ? .any : .extreme, using: &generator)
                expectSameBytes(shape.run(table), shape.expectedOutput(), "\(shape)")
            }
        }
    }

    @Test("Any split of the lines gives the same bytes", arguments: KernelTable.supported)
    func splits(table: KernelTable) {
        for seed in 100..<130 {
            let shape = QuantizedDepthwiseCase.random(seed: seed)
            var generator = SeededNumbers(seed: seed)
            let cuts = (0..<2).map { _ in generator.integer(0...shape.lines) }.sorted()
            expectSameBytes(shape.run(table, cuts: cuts), shape.run(table), "seed \(seed), cut at \(cuts), \(shape)")
        }
    }

    @Test("Products beyond 32 bits saturate to the limits", arguments: KernelTable.supported)
    func saturation(table: KernelTable) {
        for channels in [5, 32, 64, 81] {
            var generator = SeededNumbers(seed: channels)
            var shape = QuantizedDepthwiseCase(height: 3, width: 5, channels: channels)
            shape.fill(.extreme, using: &generator)
            let bias: [Int32] = [.max - 300_000, .min + 300_000, 0, 1000]
            shape.bias = (0..<channels).map { bias[$0 % bias.count] }
            let multipliers: [Float] = [1, 1.5, -1, -3e5, 3e7, 1e30, 0x1p-24, -0x1p-23]
            shape.requantization.multipliers = (0..<channels).map { _ in multipliers[generator.integer(0...7)] }
            shape.requantization.zeroPoint = 113
            shape.requantization.codes = 3...250
            expectSameBytes(shape.run(table), shape.expectedOutput(), "\(shape)")
        }
    }
}
