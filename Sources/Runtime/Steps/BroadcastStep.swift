import BitdepthTensors
import CBitdepthKernels

/// An operation of two FP32 tensors that broadcast, row by row of the innermost loop.
struct BroadcastStep: Step {
    var kernel: @convention(c) (UnsafePointer<bd_sbroadcast>?, Int64, Int64) -> Void
    var operation: bd_binary_operation
    var left: Location
    var right: Location
    var output: Location
    var loop: BroadcastLoop
    var clamp: Clamp

    func run(_ frame: Frame) {
        if loop.leftInner <= 1, loop.rightInner <= 1 { runRows(frame) } else { runElements(frame) }
    }

    private func runRows(_ frame: Frame) {
        let a = UnsafePointer(frame.pointer(left, as: Float.self))
        let b = UnsafePointer(frame.pointer(right, as: Float.self))
        let target = frame.pointer(output, as: Float.self)
        // A single row is itself split over the threads.
        if loop.rows == 1 {
            var job = job(a, b, target)
            withUnsafePointer(to: &job) { job in
                frame.parallel(loop.inner, grain: 16_384) { begin, end in kernel(job, Int64(begin), Int64(end)) }
            }
            return
        }
        frame.parallel(loop.rows, grain: max(1, 16_384 / max(1, loop.inner))) { begin, end in
            var job = job(a, b, target)
            for row in begin..<end {
                let offsets = loop.offsets(ofRow: row)
                job.binary.left = a + offsets.left
                job.binary.right = b + offsets.right
                job.binary.output = target + row * loop.inner
                kernel(&job, 0, Int64(loop.inner))
            }
        }
    }

    private func job(
        _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>
    ) -> bd_sbroadcast {
        bd_sbroadcast(
            binary: bd_sbinary(
                operation: operation, left: left, right: right, output: output, minimum: clamp.low,
                maximum: clamp.high),
            left_step: Int64(loop.leftInner), right_step: Int64(loop.rightInner))
    }

    /// Rows along which an operand lies spread out: one element at a time.
    private func runElements(_ frame: Frame) {
        let a = UnsafePointer(frame.pointer(left, as: Float.self))
        let b = UnsafePointer(frame.pointer(right, as: Float.self))
        let target = frame.pointer(output, as: Float.self)
        frame.parallel(loop.rows, grain: max(1, 4096 / max(1, loop.inner))) { begin, end in
            var job = job(a, b, target)
            for row in begin..<end {
                let offsets = loop.offsets(ofRow: row)
                for index in 0..<loop.inner {
                    job.binary.left = a + offsets.left + index * loop.leftInner
                    job.binary.right = b + offsets.right + index * loop.rightInner
                    job.binary.output = target + row * loop.inner + index
                    kernel(&job, 0, 1)
                }
            }
        }
    }
}
