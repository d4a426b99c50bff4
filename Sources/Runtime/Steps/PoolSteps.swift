import BitdepthTensors
import CBitdepthKernels

struct QuantizedPoolStep: Step {
    var maximum:
        @convention(c) (
            UnsafePointer<bd_pool_shape>?, UnsafePointer<UInt8>?, UnsafeMutablePointer<UInt8>?, Int64, Int64
        ) -> Void
    var average:
        @convention(c) (
            UnsafePointer<bd_pool_shape>?, UnsafePointer<UInt8>?, Int32, Float, Int32, UnsafeMutablePointer<UInt8>?,
            Int64, Int64
        ) -> Void
    var plan: PoolPlan
    var input: Location
    var output: Location
    var inputZero: Int32
    var multiplier: Float
    var outputZero: Int32

    func bind(to frame: Frame, _ calls: inout CallList) {
        let shape = UnsafePointer(calls.keep(plan.kernelShape))
        let from = frame.pointer(input, as: UInt8.self)
        let to = frame.pointer(output, as: UInt8.self)
        calls.split(plan.lines, grain: plan.grain) { begin, end in
            switch plan.kind {
            case .maximum: maximum(shape, from, to, Int64(begin), Int64(end))
            case .average: average(shape, from, inputZero, multiplier, outputZero, to, Int64(begin), Int64(end))
            }
        }
    }
}

struct FloatPoolStep: Step {
    var kernel:
        @convention(c) (
            UnsafePointer<bd_pool_shape>?, UnsafePointer<Float>?, UnsafeMutablePointer<Float>?, Int64, Int64
        ) -> Void
    var plan: PoolPlan
    var input: Location
    var output: Location

    func bind(to frame: Frame, _ calls: inout CallList) {
        let shape = UnsafePointer(calls.keep(plan.kernelShape))
        let from = frame.pointer(input, as: Float.self)
        let to = frame.pointer(output, as: Float.self)
        calls.split(plan.lines, grain: plan.grain) { begin, end in
            kernel(shape, from, to, Int64(begin), Int64(end))
        }
    }
}
