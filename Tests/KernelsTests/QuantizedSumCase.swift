import CBitdepthKernels

/// One convolution (a matrix product when the kernel is 1 x 1) with its data, its exact result and its run by a table.
struct QuantizedSumCase: CustomStringConvertible {
    var images = 1, height = 1, width = 1, channels = 1, columns = 1
    var kernelHeight = 1, kernelWidth = 1, stride = 1, dilation = 1
    var pixelGap = 0, outputGap = 0
    var input: [UInt8] = []
    var weights: [Int8] = []
    var bias: [Int32] = []
    var weightZero: [Int32]?
    var requantization = Requantization(multipliers: [])

    var pixels: Int { images * height * width }
    var inputPixel: Int { channels + pixelGap }
    var inputLine: Int { ((width - 1) * stride + (kernelWidth - 1) * dilation + 1) * inputPixel }
    var inputImage: Int { ((height - 1) * stride + (kernelHeight - 1) * dilation + 1) * inputLine }
    var depth: Int { kernelHeight * kernelWidth * channels }
    var outputPixel: Int { columns + outputGap }

    /// Whole kernel rows lie contiguous only without gaps and dilation.
    var rowsAreSegments: Bool { dilation == 1 && pixelGap == 0 }
    var segmentLength: Int { rowsAreSegments ? kernelWidth * channels : channels }
    var segmentOffsets: [Int64] {
        (0..<kernelHeight).flatMap { ky in
            (0..<(rowsAreSegments ? 1 : kernelWidth)).map { kx in
                Int64(ky * dilation * inputLine + kx * dilation * inputPixel)
            }
        }
    }

    var description: String {
        "\(images) x \(height) x \(width) pixels, \(channels) channels, kernel \(kernelHeight) x \(kernelWidth), "
            + "stride \(stride), dilation \(dilation), \(columns) columns, gaps \(pixelGap) and \(outputGap), "
            + "kind \(requantization.kind.rawValue), weight zero \(weightZero != nil)"
    }

    /// The exact sums, pixel by pixel.
    func exactSums() -> [Int64] {
        var sums: [Int64] = []
        sums.reserveCapacity(pixels * columns)
        input.withUnsafeBufferPointer { input in
            weights.withUnsafeBufferPointer { weights in
                for pixel in 0..<pixels {
                    let (image, y, x) = (pixel / (height * width), pixel / width % height, pixel % width)
                    let origin = image * inputImage + y * stride * inputLine + x * stride * inputPixel
                    let taps = (0..<kernelHeight * kernelWidth).map { tap in
                        let (ky, kx) = (tap / kernelWidth, tap % kernelWidth)
                        return origin + ky * dilation * inputLine + kx * dilation * inputPixel
                    }
                    var codes: [Int64] = []
                    for tap in taps { for channel in 0..<channels { codes.append(Int64(input[tap + channel])) } }
                    for column in 0..<columns {
                        var sum = Int64(bias[column])
                        var k = 0
                        while k < depth {
                            sum &+= codes[k] &* Int64(weights[column &* depth &+ k])
                            k &+= 1
                        }
                        if let weightZero { sum -= Int64(weightZero[column]) * codes.reduce(0, +) }
                        sums.append(sum)
                    }
                }
            }
        }
        return sums
    }

    private var elementBytes: Int { requantization.kind == BD_OUTPUT_U8 ? 1 : 4 }

    private func emptyOutput() -> KernelMemory<UInt8> {
        KernelMemory(count: pixels * outputPixel * elementBytes)
    }

    /// What the kernels must leave in memory, gaps untouched.
    func expectedOutput() -> KernelMemory<UInt8> {
        let output = emptyOutput()
        let raw = UnsafeMutableRawPointer(output.start)
        for (index, sum) in exactSums().enumerated() {
            let (pixel, column) = (index / columns, index % columns)
            let element = pixel * outputPixel + column
            switch requantization.kind {
            case BD_OUTPUT_U8: output.start[element] = requantization.code(sum, column: column)
            case BD_OUTPUT_F32:
                raw.storeBytes(of: requantization.real(sum, column: column), toByteOffset: 4 * element, as: Float.self)
            default:
                raw.storeBytes(of: Int32(truncatingIfNeeded: sum), toByteOffset: 4 * element, as: Int32.self)
            }
        }
        return output
    }

    /// The addition of as many codes as the output has, gaps included, to the output.
    private func addition(of codes: KernelMemory<UInt8>, to output: KernelMemory<UInt8>) -> bd_qbinary {
        bd_qbinary(
            operation: BD_ADD, left: output.start, right: codes.start, output: output.start, left_scale: 0.03,
            right_scale: 0.011, output_scale: 0.04, left_zero: 100, right_zero: 7, output_zero: 90, minimum: 3,
            maximum: 250, left_step: 1, right_step: 1, code_sum: bd_code_sum())
    }

    /// Runs a table over the pixels, cut at the given places; with codes to add to the result they are added afterwards, by
    /// the kernel of the sums itself or by that of additions. Of `tiles` the cuts are, and Winograd's kernel computes them.
    func run(
        _ table: KernelTable, cuts: [Int] = [], tiles: Int? = nil, adding codes: KernelMemory<UInt8>? = nil,
        isApart: Bool = false
    ) -> KernelMemory<UInt8> {
        let entries = table.entries
        let output = emptyOutput()
        var then = codes.map { addition(of: $0, to: output) } ?? bd_qbinary()
        let input = KernelMemory(self.input), offsets = KernelMemory(segmentOffsets)
        let bias = perColumn(self.bias), multiplier = perColumn(requantization.multipliers)
        let weights = KernelMemory(self.weights)
        let zeros = weightZero.map { KernelMemory($0) }
        let segments = Int64(offsets.count), length = Int64(segmentLength), columns = Int64(self.columns)
        let packed: KernelMemory<Int8>
        if tiles == nil {
            packed = KernelMemory(count: entries.qgemm_packed_bytes(columns, segments, length))
            entries.qgemm_pack(weights.start, columns, segments, length, packed.start)
        } else {
            packed = KernelMemory(count: entries.qwinograd_packed_bytes(columns, length / 3))
            entries.qwinograd_pack(weights.start, columns, length / 3, packed.start)
        }
        let shape = bd_sum_shape(
            images: Int64(images), height: Int64(height), width: Int64(width),
            input: bd_strides(
                image: Int64(inputImage), line: Int64(stride * inputLine), pixel: Int64(stride * inputPixel)),
            output: bd_strides(
                image: Int64(height * width * outputPixel), line: Int64(width * outputPixel),
                pixel: Int64(outputPixel)),
            segment_offsets: offsets.start, segment_count: segments, segment_length: length, columns: columns)
        var job = bd_qgemm(
            shape: shape, input: input.start, packed_weights: packed.start, bias: bias.start,
            weight_zero: zeros.map { UnsafePointer($0.start) },
            epilogue: requantization.epilogue(multiplier: multiplier), output: output.start, then: nil)
        withUnsafePointer(to: then) { then in
            if codes != nil, !isApart { job.then = then }
            for (begin, end) in zip([0] + cuts, cuts + [tiles ?? pixels]) {
                if tiles == nil {
                    entries.qgemm(&job, Int64(begin), Int64(end))
                } else {
                    entries.qwinograd(&job, Int64(begin), Int64(end))
                }
            }
        }
        if codes != nil, isApart {
            for pixel in 0..<pixels {
                entries.qbinary(&then, Int64(pixel * outputPixel), Int64(pixel * outputPixel + self.columns))
            }
        }
        withExtendedLifetime((input, offsets, bias, multiplier, zeros, packed)) {}
        return output
    }
}

extension QuantizedSumCase {
    /// Fills in data for the shape.
    mutating func fill(_ kind: WeightKind, using generator: inout SeededNumbers) {
        input = generator.codes(images * inputImage, extreme: kind == .extreme || kind == .pairSafe)
        weights = generator.weights(columns * depth, kind)
        bias = (0..<columns).map { _ in Int32(generator.integer(-20_000...20_000)) }
        requantization = .random(
            columns: columns, magnitude: Float(depth).squareRoot() * 255 * 128, using: &generator)
    }

    /// A random shape with random data.
    init(seed: Int) {
        var generator = SeededNumbers(seed: seed)
        let kernels = [(1, 1), (1, 1), (1, 1), (3, 3), (5, 5), (7, 1), (1, 7)]
        (kernelHeight, kernelWidth) = kernels[generator.integer(0...kernels.count - 1)]
        let isProduct = kernelHeight * kernelWidth == 1
        images = generator.integer(1...3)
        height = generator.integer(1...4)
        width = generator.integer(1...(isProduct ? 9 : 6))
        channels = generator.integer(1...(isProduct ? 67 : 7))
        columns = generator.chance(8) ? generator.integer(71...150) : generator.integer(1...70)
        stride = generator.integer(1...2)
        dilation = generator.chance(3) ? 2 : 1
        pixelGap = generator.chance(3) ? generator.integer(1...5) : 0
        outputGap = generator.chance(2) ? generator.integer(1...9) : 0
        fill(WeightKind.allCases[generator.integer(0...WeightKind.allCases.count - 1)], using: &generator)
        if generator.chance(3) { weightZero = (0..<columns).map { _ in Int32(generator.integer(-128...255)) } }
        if generator.chance(3) { requantization.kind = [BD_OUTPUT_F32, BD_OUTPUT_S32][generator.integer(0...1)] }
    }
}
