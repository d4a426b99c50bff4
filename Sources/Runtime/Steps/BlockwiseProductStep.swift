import BitdepthTensors
import CBitdepthKernels

/// Products with a matrix of 4-bit codes: the rows are cut into digits, then columns are shared out.
struct BlockwiseProductStep: Step {
    var begin: @convention(c) (UnsafePointer<bd_nbits>?, Int64, Int64) -> Void
    var kernel: @convention(c) (UnsafePointer<bd_nbits>?, Int64, Int64, Int64) -> Void
    var shape: bd_nbits_shape
    var rows: Int
    var input: Location
    var weights: Location
    var bias: Location
    var digits: Location
    var output: Location
    var clamp: Clamp

    func bind(to frame: Frame, _ calls: inout CallList) {
        let job = bd_nbits(
            shape: shape, input: frame.pointer(input, as: Float.self), packed_weights: frame.pointer(weights),
            bias: frame.pointer(bias, as: Float.self), digits: frame.pointer(digits), minimum: clamp.low,
            maximum: clamp.high, output: frame.pointer(output, as: Float.self))
        let (panel, depth, rows) = (Int(BD_NBITS_COLUMNS), Int(shape.depth), rows)
        let panels = (Int(shape.columns) + panel - 1) / panel
        // Parts that take a few microseconds are worth a thread's while.
        calls.split(rows, grain: max(1, 16_384 / max(1, depth)), begin, job)
        let (kernel, kept) = (kernel, UnsafePointer(calls.keep(job)))
        calls.split(panels, grain: max(1, 200_000 / max(1, panel * depth * rows))) { begin, end in
            kernel(kept, Int64(rows), Int64(begin), Int64(end))
        }
    }
}
