import BitdepthTensors
import CBitdepthKernels

/// Softmax, or its logarithm, of every lane.
struct SoftmaxStep: Step {
    var kernel: @convention(c) (UnsafePointer<bd_softmax>?, Int64, Int64) -> Void
    var lanes: MemoryLanes
    var isLogarithm: Bool
    var input: Location
    var output: Location

    func bind(to frame: Frame, _ calls: inout CallList) {
        let job = bd_softmax(
            input: frame.pointer(input, as: Float.self), output: frame.pointer(output, as: Float.self),
            extent: Int64(lanes.extent), inner: Int64(lanes.inner), is_logarithm: isLogarithm)
        calls.split(lanes.parts, grain: lanes.grain, kernel, job)
    }
}

/// One number for every lane: a sum, a mean, an extreme.
struct ReductionStep: Step {
    var kernel: @convention(c) (UnsafePointer<bd_reduce>?, Int64, Int64) -> Void
    var lanes: MemoryLanes
    var reduction: VectorReduction
    var input: Location
    var output: Location

    func bind(to frame: Frame, _ calls: inout CallList) {
        let job = bd_reduce(
            operation: reduction.code, input: frame.pointer(input, as: Float.self),
            output: frame.pointer(output, as: Float.self), extent: Int64(lanes.extent), inner: Int64(lanes.inner),
            divisor: reduction.isMean ? Float(lanes.extent) : 1, takes_root: reduction.takesRoot)
        calls.split(lanes.parts, grain: lanes.grain, kernel, job)
    }
}

/// Rows brought to mean 0 and variance 1, then scaled and shifted.
struct NormalizationStep: Step {
    var kernel: @convention(c) (UnsafePointer<bd_normalize>?, Int64, Int64) -> Void
    var rows: Int
    var length: Int
    var epsilon: Float
    var isCentered: Bool
    var input: Location
    var scale: Location
    var bias: Location?
    var output: Location

    func bind(to frame: Frame, _ calls: inout CallList) {
        let job = bd_normalize(
            input: frame.pointer(input, as: Float.self), scale: frame.pointer(scale, as: Float.self),
            bias: bias.map { UnsafePointer(frame.pointer($0, as: Float.self)) },
            output: frame.pointer(output, as: Float.self), length: Int64(length), epsilon: epsilon,
            is_centered: isCentered)
        calls.split(rows, grain: max(1, 8192 / max(1, length)), kernel, job)
    }
}
