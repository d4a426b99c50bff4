import BitdepthTensors
import CBitdepthKernels

/// Quantizes to unsigned codes by the range that the values have at this moment.
///
/// Source: ONNX operator specification, DynamicQuantizeLinear-11.
struct DynamicQuantizationStep: Step {
    var reduce: @convention(c) (UnsafePointer<bd_reduce>?, Int64, Int64) -> Void
    var quantize:
        @convention(c) (UnsafePointer<Float>?, UnsafeMutablePointer<UInt8>?, Float, Int32, Int64, Int64) -> Void
    var count: Int
    var input: Location
    var codes: Location
    var scale: Location
    var zeroPoint: Location
    /// Smallest, then largest values of each block.
    var extremes: Location

    private static let blockLength = 4096

    static func scratchBytes(count: Int) -> Int { 2 * blocks(count) * 4 }
    private static func blocks(_ count: Int) -> Int { (count + blockLength - 1) / blockLength }

    func bind(to frame: Frame, _ calls: inout CallList) {
        let from = UnsafePointer(frame.pointer(input, as: Float.self))
        let blocks = Self.blocks(count)
        let lows = frame.pointer(extremes, as: Float.self), highs = lows + blocks
        calls.split(blocks, grain: 4) { begin, end in
            for block in begin..<end {
                reduced(from, block, BD_REDUCE_MINIMUM, into: lows)
                reduced(from, block, BD_REDUCE_MAXIMUM, into: highs)
            }
        }
        calls.alone { choose(lows, highs, frame) }
        let step = frame.pointer(scale, as: Float.self), zero = frame.pointer(zeroPoint, as: UInt8.self)
        let to = frame.pointer(codes, as: UInt8.self)
        calls.split(count, grain: 32_768) { begin, end in
            quantize(from, to, step[0], Int32(zero[0]), Int64(begin), Int64(end))
        }
    }

    /// Scale and zero point of the range that the blocks' extremes span.
    private func choose(_ lows: UnsafePointer<Float>, _ highs: UnsafePointer<Float>, _ frame: Frame) {
        let from = frame.pointer(input, as: Float.self)
        var (low, high) = (Float(0), Float(0))
        for block in 0..<Self.blocks(count) {
            if lows[block].isNaN {
                // One NaN hides the numbers beside it, which count all the same.
                let start = block * Self.blockLength
                for index in start..<min(start + Self.blockLength, count) {
                    if from[index] < low { low = from[index] }
                    if from[index] > high { high = from[index] }
                }
                continue
            }
            if lows[block] < low { low = lows[block] }
            if highs[block] > high { high = highs[block] }
        }
        let step = high == low ? 1 : (high - low) / 255
        let zero = (-low / step).rounded(.toNearestOrEven)
        let code = zero >= 0 ? UInt8(min(zero, 255)) : 0
        frame.pointer(scale, as: Float.self)[0] = step
        frame.pointer(zeroPoint, as: UInt8.self)[0] = code
    }

    private func reduced(
        _ from: UnsafePointer<Float>, _ block: Int, _ operation: bd_reduction, into results: UnsafeMutablePointer<Float>
    ) {
        let start = block * Self.blockLength
        var job = bd_reduce(
            operation: operation, input: from + start, output: results + block,
            extent: Int64(min(Self.blockLength, count - start)), inner: 1, divisor: 1, takes_root: false)
        reduce(&job, 0, 1)
    }
}
