import BitdepthTensors
import CBitdepthKernels

/// A function of every element by a vector kernel.
struct VectorFunctionStep: Step {
    var kernel: @convention(c) (UnsafePointer<bd_sunary>?, Int64, Int64) -> Void
    var function: VectorFunction
    var input: Location
    var output: Location
    var count: Int

    func bind(to frame: Frame, _ calls: inout CallList) {
        let job = bd_sunary(
            function: function.code, alpha: function.alpha, beta: function.beta,
            input: frame.pointer(input, as: Float.self), output: frame.pointer(output, as: Float.self))
        calls.split(count, grain: 8192, kernel, job)
    }
}
