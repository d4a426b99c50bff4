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

    func bind(to frame: Frame, _ calls: inout CallList) {
        let a = UnsafePointer(frame.pointer(left, as: Float.self))
        let b = UnsafePointer(frame.pointer(right, as: Float.self))
        let target = frame.pointer(output, as: Float.self)
        let job = bd_sbroadcast(
            binary: bd_sbinary(
                operation: operation, left: a, right: b, output: target, minimum: clamp.low, maximum: clamp.high),
            left_step: Int64(loop.leftInner), right_step: Int64(loop.rightInner))
        loop.forEachRun(in: &calls, grain: 16_384) { run in
            var part = job
            part.binary.left = a + run.left
            part.binary.right = b + run.right
            part.binary.output = target + run.output
            kernel(&part, 0, Int64(run.count))
        }
    }
}

extension BroadcastLoop {
    /// Neighbouring elements of a result: where they and their operands begin.
    struct Run {
        var left: Int
        var right: Int
        var output: Int
        var count: Int
    }

    /// Appends work that is split over the threads and hands out runs in which each operand goes on by one element or stays where it
    /// is; rows along which an operand lies spread out go element by element.
    ///
    /// - Parameter grain: Elements that make a part worth a thread's while.
    @inline(__always)
    func forEachRun(in calls: inout CallList, grain: Int, _ body: @escaping (Run) -> Void) {
        // A single row is itself split.
        if rows == 1, leftInner <= 1, rightInner <= 1 {
            calls.split(inner, grain: grain) { begin, end in
                body(Run(left: begin * leftInner, right: begin * rightInner, output: begin, count: end - begin))
            }
            return
        }
        calls.split(rows, grain: max(1, grain / max(1, inner))) { begin, end in
            for row in begin..<end {
                let (left, right) = offsets(ofRow: row)
                if leftInner <= 1, rightInner <= 1 {
                    body(Run(left: left, right: right, output: row * inner, count: inner))
                    continue
                }
                for index in 0..<inner {
                    body(
                        Run(
                            left: left + index * leftInner, right: right + index * rightInner,
                            output: row * inner + index, count: 1))
                }
            }
        }
    }
}
