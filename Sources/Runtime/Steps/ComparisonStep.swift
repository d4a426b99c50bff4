import BitdepthTensors

/// Compares the elements of two operands that broadcast.
struct ComparisonStep: Step {
    var question: Comparison.Question
    var element: ElementType
    var loop: BroadcastLoop
    var left: Location
    var right: Location
    var output: Location

    func bind(to frame: Frame, _ calls: inout CallList) {
        switch element {
        case .float32: compare(frame, &calls, as: Float.self)
        case .int32: compare(frame, &calls, as: Int32.self)
        case .int64: compare(frame, &calls, as: Int64.self)
        default: compare(frame, &calls, as: UInt8.self)
        }
    }

    @inline(__always)
    private func compare<Element: Comparable & BitwiseCopyable>(
        _ frame: Frame, _ calls: inout CallList, as type: Element.Type
    ) {
        switch question {
        case .equal: compare(frame, &calls, as: type) { $0 == $1 }
        case .less: compare(frame, &calls, as: type) { $0 < $1 }
        case .lessOrEqual: compare(frame, &calls, as: type) { $0 <= $1 }
        case .greater: compare(frame, &calls, as: type) { $0 > $1 }
        case .greaterOrEqual: compare(frame, &calls, as: type) { $0 >= $1 }
        }
    }

    @inline(__always)
    private func compare<Element: Comparable & BitwiseCopyable>(
        _ frame: Frame, _ calls: inout CallList, as type: Element.Type, _ holds: @escaping (Element, Element) -> Bool
    ) {
        let a = frame.pointer(left, as: type), b = frame.pointer(right, as: type)
        let target = frame.pointer(output, as: UInt8.self)
        calls.split(loop.rows, grain: max(1, 16_384 / max(1, loop.inner))) { begin, end in
            for row in begin..<end {
                let offsets = loop.offsets(ofRow: row)
                let answers = target + row * loop.inner
                for index in 0..<loop.inner {
                    let x = a[offsets.left + index * loop.leftInner], y = b[offsets.right + index * loop.rightInner]
                    answers[index] = holds(x, y) ? 1 : 0
                }
            }
        }
    }
}
