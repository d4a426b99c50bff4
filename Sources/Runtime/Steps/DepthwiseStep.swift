import BitdepthTensors
import CBitdepthKernels

extension ConvolutionPlan {
    /// The C structure of a depthwise convolution over the padded image.
    var depthwiseShape: bd_depthwise_shape {
        let line = padded.width * channels
        return bd_depthwise_shape(
            images: Int64(images), height: Int64(output.height), width: Int64(output.width), channels: Int64(channels),
            kernel_height: Int64(kernel.height), kernel_width: Int64(kernel.width),
            stride_height: Int64(strides.height), stride_width: Int64(strides.width),
            dilation_height: Int64(dilations.height), dilation_width: Int64(dilations.width),
            input: bd_strides(image: Int64(padded.height * line), line: Int64(line), pixel: Int64(channels)),
            output: bd_strides(
                image: Int64(targetStrides.image), line: Int64(targetStrides.line), pixel: Int64(targetStrides.pixel)))
    }

    var lines: Int { images * output.height }
    var lineGrain: Int { max(1, 30_000 / max(1, output.width * channels * kernel.area)) }
}

struct QuantizedDepthwiseStep: Step {
    var kernel: @convention(c) (UnsafePointer<bd_qdepthwise>?, Int64, Int64) -> Void
    var plan: ConvolutionPlan
    var input: Location
    var output: Location
    var weights: Location
    var bias: Location
    var multiplier: Location
    var epilogue: Epilogue

    func bind(to frame: Frame, _ calls: inout CallList) {
        let job = bd_qdepthwise(
            shape: plan.depthwiseShape, input: frame.pointer(input, as: UInt8.self),
            packed_weights: frame.pointer(weights, as: Int8.self), bias: frame.pointer(bias, as: Int32.self),
            epilogue: epilogue.kernelEpilogue(multiplier: frame.pointer(multiplier, as: Float.self)),
            output: frame.pointer(output, as: UInt8.self))
        calls.split(plan.lines, grain: plan.lineGrain, kernel, job)
    }
}

struct FloatDepthwiseStep: Step {
    var kernel: @convention(c) (UnsafePointer<bd_sdepthwise>?, Int64, Int64) -> Void
    var plan: ConvolutionPlan
    var input: Location
    var output: Location
    var weights: Location
    var bias: Location
    var clamp: Clamp

    func bind(to frame: Frame, _ calls: inout CallList) {
        let job = bd_sdepthwise(
            shape: plan.depthwiseShape, input: frame.pointer(input, as: Float.self),
            packed_weights: frame.pointer(weights, as: Float.self), bias: frame.pointer(bias, as: Float.self),
            minimum: clamp.low, maximum: clamp.high, output: frame.pointer(output, as: Float.self))
        calls.split(plan.lines, grain: plan.lineGrain, kernel, job)
    }
}
