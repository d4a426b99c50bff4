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

    func bind(to frame: Frame, _ calls: inout CallList) {
        let from = frame.pointer(input, as: Float.self)
        let to = frame.pointer(output, as: UInt8.self)
        calls.split(count, grain: elementGrain) { begin, end in
            kernel(from, to, parameters.scale, Int32(parameters.zeroPoint), Int64(begin), Int64(end))
        }
    }
}

/// FP32 planes to channels-last 8-bit codes in the middle of images with a border.
struct QuantizeImageStep: Step {
    var kernel: @convention(c) (UnsafePointer<bd_quantize_image>?, Int64, Int64) -> Void
    var input: Location
    var output: Location
    var image: BorderedImage
    var parameters: CodeParameters

    func bind(to frame: Frame, _ calls: inout CallList) {
        let job = bd_quantize_image(
            images: Int64(image.images), channels: Int64(image.channels), height: Int64(image.height),
            width: Int64(image.width), input: frame.pointer(input, as: Float.self),
            output: frame.pointer(output, as: UInt8.self) + image.offset, output_image: Int64(image.imageBytes),
            output_line: Int64(image.lineBytes), scale: parameters.scale, zero_point: Int32(parameters.zeroPoint))
        let grain = max(1, elementGrain / max(1, image.width * image.channels))
        calls.split(image.images * image.height, grain: grain, kernel, job)
    }
}

/// 8-bit codes to FP32.
struct DequantizeStep: Step {
    var kernel: @convention(c) (UnsafePointer<UInt8>?, UnsafeMutablePointer<Float>?, Float, Int32, Int64, Int64) -> Void
    var input: Location
    var output: Location
    var parameters: CodeParameters
    var count: Int

    func bind(to frame: Frame, _ calls: inout CallList) {
        let from = frame.pointer(input, as: UInt8.self)
        let to = frame.pointer(output, as: Float.self)
        calls.split(count, grain: elementGrain) { begin, end in
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

    func bind(to frame: Frame, _ calls: inout CallList) {
        let entries = frame.pointer(table, as: UInt8.self)
        let from = frame.pointer(input, as: UInt8.self)
        let to = frame.pointer(output, as: UInt8.self)
        calls.split(count, grain: elementGrain) { begin, end in kernel(entries, from, to, Int64(begin), Int64(end)) }
    }
}

/// An operation of two quantized tensors that broadcast.
struct QuantizedBinaryStep: Step {
    struct Operand: Sendable {
        var location: Location
        var parameters: CodeParameters
    }

    typealias Kernel = @convention(c) (UnsafePointer<bd_qbinary>?, Int64, Int64) -> Void

    var kernel: Kernel
    var operation: bd_binary_operation
    var left: Operand
    var right: Operand
    var output: Operand
    var loop: BroadcastLoop
    var minimum: Int32
    var maximum: Int32
    /// The way of a sum that goes by no reals; zero where there is none.
    var codeSum = bd_code_sum()

    /// The C structure without its codes.
    var numbers: bd_qbinary {
        bd_qbinary(
            operation: operation, left: nil, right: nil, output: nil, left_scale: left.parameters.scale,
            right_scale: right.parameters.scale, output_scale: output.parameters.scale,
            left_zero: Int32(left.parameters.zeroPoint), right_zero: Int32(right.parameters.zeroPoint),
            output_zero: Int32(output.parameters.zeroPoint), minimum: minimum, maximum: maximum,
            left_step: Int64(loop.leftInner), right_step: Int64(loop.rightInner), code_sum: codeSum)
    }

    /// The C structure, of all elements.
    func job(_ frame: Frame) -> bd_qbinary {
        var job = numbers
        job.left = UnsafePointer(frame.pointer(left.location, as: UInt8.self))
        job.right = UnsafePointer(frame.pointer(right.location, as: UInt8.self))
        job.output = frame.pointer(output.location, as: UInt8.self)
        return job
    }

    /// This step by the shortest way that is proved to give the same codes.
    func shortened(by kernels: KernelTable) -> QuantizedBinaryStep {
        var step = self
        step.codeSum = kernels.codeSum(for: numbers)
        return step
    }

    func bind(to frame: Frame, _ calls: inout CallList) {
        let job = job(frame)
        guard let a = job.left, let b = job.right, let target = job.output else { return }
        loop.forEachRun(in: &calls, grain: elementGrain) { run in
            var part = job
            part.left = a + run.left
            part.right = b + run.right
            part.output = target + run.output
            kernel(&part, 0, Int64(run.count))
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

    func bind(to frame: Frame, _ calls: inout CallList) {
        let job = bd_sbinary(
            operation: operation, left: frame.pointer(left, as: Float.self),
            right: frame.pointer(right, as: Float.self),
            output: frame.pointer(output, as: Float.self), minimum: clamp.low, maximum: clamp.high)
        calls.split(count, grain: elementGrain, kernel, job)
    }
}

/// Keeps FP32 values between two bounds.
struct ClampStep: Step {
    var kernel: @convention(c) (UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Float, Float, Int64, Int64) -> Void
    var input: Location
    var output: Location
    var clamp: Clamp
    var count: Int

    func bind(to frame: Frame, _ calls: inout CallList) {
        let from = frame.pointer(input, as: Float.self)
        let to = frame.pointer(output, as: Float.self)
        calls.split(count, grain: elementGrain) { begin, end in
            kernel(from, to, clamp.low, clamp.high, Int64(begin), Int64(end))
        }
    }
}
