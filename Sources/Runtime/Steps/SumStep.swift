import BitdepthTensors
import CBitdepthKernels

extension SumShape {
    /// The C structure; `offsets` are this shape's segment offsets as the constants hold them.
    func kernelShape(offsets: UnsafePointer<Int64>) -> bd_sum_shape {
        bd_sum_shape(
            images: Int64(images), height: Int64(height), width: Int64(width),
            input: bd_strides(image: Int64(input.image), line: Int64(input.line), pixel: Int64(input.pixel)),
            output: bd_strides(image: Int64(output.image), line: Int64(output.line), pixel: Int64(output.pixel)),
            segment_offsets: offsets, segment_count: Int64(segmentOffsets.count), segment_length: Int64(segmentLength),
            columns: Int64(columns))
    }

    /// Pixels that make a part worth a thread's while.
    var grain: Int { max(1, 100_000 / max(1, depth * columns)) }
}

/// How exact sums become results.
struct Epilogue: Sendable {
    enum Kind: Sendable { case codes, floats }
    var kind: Kind
    var zeroPoint: Int32 = 0
    var minimum: Int32 = 0
    var maximum: Int32 = 255
    var clamp = Clamp.none

    func kernelEpilogue(multiplier: UnsafePointer<Float>) -> bd_epilogue {
        bd_epilogue(
            kind: kind == .codes ? BD_OUTPUT_U8 : BD_OUTPUT_F32, multiplier: multiplier, zero_point: zeroPoint,
            minimum: minimum, maximum: maximum, float_minimum: clamp.low, float_maximum: clamp.high)
    }
}

/// Quantized sums: convolution or matrix product of 8-bit codes, one kernel call per group.
struct QuantizedSumStep: Step {
    struct Group: Sendable {
        var weights: Location
        var bias: Location
        var multiplier: Location
        /// `nil` when the weights are symmetric.
        var weightZero: Location?
        /// Elements by which this group's channels lie behind the first.
        var inputOffset: Int
        var outputOffset: Int
    }

    var kernel: QuantizedSumKernel.Entry
    /// Of what the kernel's ranges count: pixels, or tiles of them.
    var parts: Int
    var grain: Int
    var shape: SumShape
    var offsets: Location
    var input: Location
    var output: Location
    var groups: [Group]
    var epilogue: Epilogue
    /// What is done to the codes of a single group while they lie in the cache.
    var then: QuantizedBinaryStep?

    func bind(to frame: Frame, _ calls: inout CallList) {
        let then = then.map { UnsafePointer(calls.keep($0.job(frame))) }
        let kernelShape = shape.kernelShape(offsets: frame.pointer(offsets, as: Int64.self))
        let bytesPerOutput = epilogue.kind == .codes ? 1 : 4
        for (index, group) in groups.enumerated() {
            let job = bd_qgemm(
                shape: kernelShape,
                input: frame.pointer(input, as: UInt8.self) + group.inputOffset,
                packed_weights: frame.pointer(group.weights, as: Int8.self),
                bias: frame.pointer(group.bias, as: Int32.self),
                weight_zero: group.weightZero.map { UnsafePointer(frame.pointer($0, as: Int32.self)) },
                epilogue: epilogue.kernelEpilogue(multiplier: frame.pointer(group.multiplier, as: Float.self)),
                output: frame.pointer(output) + group.outputOffset * bytesPerOutput, then: then)
            calls.split(parts, grain: grain, joinsNext: index + 1 < groups.count, kernel, job)
        }
    }
}

/// Float sums, as the quantized ones.
struct FloatSumStep: Step {
    struct Group: Sendable {
        var weights: FloatWeights
        var bias: Location
        var inputOffset: Int
        var outputOffset: Int
    }

    var kernel: @convention(c) (UnsafePointer<bd_sgemm>?, Int64, Int64) -> Void
    var shape: SumShape
    var offsets: Location
    var input: Location
    var output: Location
    var groups: [Group]
    var clamp: Clamp

    func bind(to frame: Frame, _ calls: inout CallList) {
        let kernelShape = shape.kernelShape(offsets: frame.pointer(offsets, as: Int64.self))
        for (index, group) in groups.enumerated() {
            var job = bd_sgemm(
                shape: kernelShape,
                input: frame.pointer(input, as: Float.self) + group.inputOffset,
                packed_weights: nil, halves: nil, half_format: BD_FP16,
                bias: frame.pointer(group.bias, as: Float.self), minimum: clamp.low, maximum: clamp.high,
                output: frame.pointer(output, as: Float.self) + group.outputOffset)
            group.weights.enter(&job, frame)
            calls.split(
                shape.pixels, grain: shape.grain, joinsNext: index + 1 < groups.count, kernel, job)
        }
    }
}
