import BitdepthTensors
import CBitdepthKernels

/// Exact sums of codes less their zero points: the left side's comes with the codes.
struct IntegerProductStep: Step {
    struct Constants: Sendable {
        var weights: Location
        /// Sums of each column's codes, less their zero points.
        var sums: Location
        /// `nil` where the weights are symmetric.
        var weightZero: Location?
        var offsets: Location
    }

    var kernel: @convention(c) (UnsafePointer<bd_qgemm>?, Int64, Int64) -> Void
    var shape: SumShape
    var constants: Constants
    var input: Location
    /// One unsigned code; `nil` stands for 0.
    var zeroPoint: Location?
    var bias: Location
    var output: Location

    func bind(to frame: Frame, _ calls: inout CallList) {
        let zero = zeroPoint.map { frame.pointer($0, as: UInt8.self) }
        let sums = frame.pointer(constants.sums, as: Int32.self), bias = frame.pointer(bias, as: Int32.self)
        let columns = shape.columns
        calls.alone {
            let zero = zero.map { Int32($0[0]) } ?? 0
            for column in 0..<columns { bias[column] = -zero * sums[column] }
        }
        let epilogue = bd_epilogue(
            kind: BD_OUTPUT_S32, multiplier: nil, zero_point: 0, minimum: 0, maximum: 0, float_minimum: 0,
            float_maximum: 0)
        let job = bd_qgemm(
            shape: shape.kernelShape(offsets: frame.pointer(constants.offsets, as: Int64.self)),
            input: frame.pointer(input, as: UInt8.self),
            packed_weights: frame.pointer(constants.weights, as: Int8.self), bias: bias,
            weight_zero: constants.weightZero.map { UnsafePointer(frame.pointer($0, as: Int32.self)) },
            epilogue: epilogue, output: frame.pointer(output), then: nil)
        calls.split(shape.pixels, grain: shape.grain, kernel, job)
    }
}
