import BitdepthOperators
import BitdepthTensors

/// The mean of windows of codes where it often lies in the middle between two codes: formed as the unfused nodes form it,
/// because there the last bit of each dequantized number decides which of the two is taken.
struct ExactAverageStep: Step {
    var plan: PoolPlan
    var input: Location
    var output: Location
    /// The real numbers of the 256 codes.
    var reals: Location
    var parameters: CodeParameters

    func bind(to frame: Frame, _ calls: inout CallList) {
        let from = frame.pointer(input, as: UInt8.self)
        let to = frame.pointer(output, as: UInt8.self)
        let reals = frame.pointer(reals, as: Float.self)
        let quantization = QuantizationParameters(
            scale: parameters.scale, zeroPoint: parameters.zeroPoint, codes: 0...255)
        let (shape, channels) = (plan.shape, plan.shape.channels)
        calls.split(plan.lines, grain: plan.grain) { begin, end in
            for line in begin..<end {
                let rows = plan.taps(line % shape.output.height, vertical: true)
                let image = from + line / shape.output.height * shape.input.area * channels
                for x in 0..<shape.output.width {
                    let columns = plan.taps(x, vertical: false)
                    let count = Double(rows.counted * columns.counted)
                    for channel in 0..<channels {
                        var sum = 0.0
                        for y in rows.inside {
                            for x in columns.inside {
                                sum += Double(reals[Int(image[(y * shape.input.width + x) * channels + channel])])
                            }
                        }
                        let code = quantization.quantize(Float(sum / count))
                        to[(line * shape.output.width + x) * channels + channel] = UInt8(truncatingIfNeeded: code)
                    }
                }
            }
        }
    }
}

extension PoolPlan {
    /// Along one axis: the pixels of a window that lie inside the image, and how many pixels the mean is taken over.
    func taps(_ position: Int, vertical: Bool) -> (inside: StrideTo<Int>, counted: Int) {
        let (size, kernel) =
            vertical ? (shape.input.height, shape.kernel.height) : (shape.input.width, shape.kernel.width)
        let (stride, dilation) =
            vertical ? (shape.strides.height, shape.dilations.height) : (shape.strides.width, shape.dilations.width)
        let (begin, end) = (shape.pads[vertical ? 0 : 1], shape.pads[vertical ? 2 : 3])
        let origin = position * stride - begin
        /// How many taps lie before a limit.
        func taps(before limit: Int) -> Int { min(kernel, max(0, (limit - origin + dilation - 1) / dilation)) }
        let first = taps(before: 0)
        let last = taps(before: size)
        let inside = Swift.stride(from: origin + first * dilation, to: origin + last * dilation, by: dilation)
        return (inside, countIncludesPad ? taps(before: size + end) : last - first)
    }

    /// Whether means of codes, scaled by `ratio`, often lie in the middle between two codes: where the ratio is a simple
    /// fraction p / q, and q times the number of taps is even.
    func hasTies(ratio: Double) -> Bool {
        guard shape.kernel.area <= 1024 else { return false }
        // The first denominator that fits is that of the reduced fraction.
        let denominator = (1...64).first { q in
            let p = (ratio * Double(q)).rounded()
            return p > 0 && abs(ratio * Double(q) - p) <= 1e-6 * p
        }
        guard let denominator else { return false }
        return denominator % 2 == 0 || shape.kernel.area % 2 == 0 || !everyWindowIsFull
    }

    private var everyWindowIsFull: Bool {
        shape.pads.allSatisfy { $0 == 0 }
            && (shape.output.height - 1) * shape.strides.height + (shape.kernel.height - 1) * shape.dilations.height
                < shape.input.height
            && (shape.output.width - 1) * shape.strides.width + (shape.kernel.width - 1) * shape.dilations.width
                < shape.input.width
    }
}
