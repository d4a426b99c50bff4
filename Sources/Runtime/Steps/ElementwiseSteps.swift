import BitdepthTensors
import CBitdepthKernels

private let elementGrain = 32_768

/// FP32 to 8-bit codes.
struct QuantizeStep: Step {
    var kernel: @convention(c) (UnsafePointer<Float>?, UnsafeMutablePointer<UInt8>?, Float, Int32, Int64, Int64) -> Void
    var input: Location
    var output: Location
    var parameters: CodeParameters
    var count: Int

    func run(_ frame: Frame) {
        let from = frame.pointer(input, as: Float.self)
        let to = frame.pointer(output, as: UInt8.self)
        frame.parallel(count, grain: elementGrain) { begin, end in
            kernel(from, to, parameters.scale, Int32(parameters.zeroPoint), Int64(begin), Int64(end))
        }
    }
}

/// 8-bit codes to FP32.
struct DequantizeStep: Step {
    var kernel: @convention(c) (UnsafePointer<UInt8>?, UnsafeMutablePointer<Float>?, Float, Int32, Int64, Int64) -> Void
    var input: Location
    var output: Location
    var parameters: CodeParameters
    var count: Int

    func run(_ frame: Frame) {
        let from = frame.pointer(input, as: UInt8.self)
        let to = frame.pointer(output, as: Float.self)
        frame.parallel(count, grain: elementGrain) { begin, end in
            kernel(from, to, parameters.scale, Int32(parameters.zeroPoint), Int64(begin), Int64(end))
        }
    }
}

/// A function of one 8-bit code, looked up in its 256 results.
struct TableStep: Step {
    var kernel:
        @convention(c) (UnsafePointer<UInt8>?, UnsafePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, Int64, Int64) ->
            Void
    var table: Location
    var input: Location
    var output: Location
    var count: Int

    func run(_ frame: Frame) {
        let entries = frame.pointer(table, as: UInt8.self)
        let from = frame.pointer(input, as: UInt8.self)
        let to = frame.pointer(output, as: UInt8.self)
        frame.parallel(count, grain: elementGrain) { begin, end in kernel(entries, from, to, Int64(begin), Int64(end)) }
    }
}

/// An operation of two quantized tensors of the same shape.
struct QuantizedBinaryStep: Step {
    var kernel: @convention(c) (UnsafePointer<bd_qbinary>?, Int64, Int64) -> Void
    var operation: bd_binary_operation
    var left: Location
    var right: Location
    var output: Location
    var leftParameters: CodeParameters
    var rightParameters: CodeParameters
    var outputParameters: CodeParameters
    var minimum: Int32
    var maximum: Int32
    var count: Int

    func run(_ frame: Frame) {
        var job = bd_qbinary(
            operation: operation, left: frame.pointer(left, as: UInt8.self),
            right: frame.pointer(right, as: UInt8.self),
            output: frame.pointer(output, as: UInt8.self), left_scale: leftParameters.scale,
            right_scale: rightParameters.scale, output_scale: outputParameters.scale,
            left_zero: Int32(leftParameters.zeroPoint), right_zero: Int32(rightParameters.zeroPoint),
            output_zero: Int32(outputParameters.zeroPoint), minimum: minimum, maximum: maximum)
        withUnsafePointer(to: &job) { job in
            frame.parallel(count, grain: elementGrain) { begin, end in kernel(job, Int64(begin), Int64(end)) }
        }
    }
}

/// An operation of two FP32 tensors of the same shape, clamped.
struct FloatBinaryStep: Step {
    var kernel: @convention(c) (UnsafePointer<bd_sbinary>?, Int64, Int64) -> Void
    var operation: bd_binary_operation
    var left: Location
    var right: Location
    var output: Location
    var clamp: Clamp
    var count: Int

    func run(_ frame: Frame) {
        var job = bd_sbinary(
            operation: operation, left: frame.pointer(left, as: Float.self),
            right: frame.pointer(right, as: Float.self),
            output: frame.pointer(output, as: Float.self), minimum: clamp.low, maximum: clamp.high)
        withUnsafePointer(to: &job) { job in
            frame.parallel(count, grain: elementGrain) { begin, end in kernel(job, Int64(begin), Int64(end)) }
        }
    }
}

/// Keeps FP32 values between two bounds.
struct ClampStep: Step {
    var kernel: @convention(c) (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Float, Float, Int64, Int64) -> Void
    var input: Location
    var output: Location
    var clamp: Clamp
    var count: Int

    func run(_ frame: Frame) {
        let from = frame.pointer(input, as: Float.self)
        let to = frame.pointer(output, as: Float.self)
        frame.parallel(count, grain: elementGrain) { begin, end in
            kernel(from, to, clamp.low, clamp.high, Int64(begin), Int64(end))
        }
    }
}
