import BitdepthTensors

/// Takes each element from one of two values, row by row.
struct SelectionStep: Step {
    var loop: SelectionLoop
    var elementBytes: Int
    /// One byte for each element: 0 takes the second value.
    var condition: Location
    var first: Location
    var second: Location
    var output: Location

    func bind(to frame: Frame, _ calls: inout CallList) {
        switch elementBytes {
        case 1: select(frame, &calls, as: UInt8.self)
        case 2: select(frame, &calls, as: UInt16.self)
        case 4: select(frame, &calls, as: UInt32.self)
        default: select(frame, &calls, as: UInt64.self)
        }
    }

    @inline(__always)
    private func select<Element: BitwiseCopyable>(_ frame: Frame, _ calls: inout CallList, as type: Element.Type) {
        let conditions = frame.pointer(condition, as: UInt8.self)
        let a = frame.pointer(first, as: type), b = frame.pointer(second, as: type)
        let target = frame.pointer(output, as: type)
        let (step, aStep, bStep) = (loop.innerStrides[0], loop.innerStrides[1], loop.innerStrides[2])
        calls.split(loop.rows, grain: max(1, 16_384 / max(1, loop.inner))) { begin, end in
            for row in begin..<end {
                let flags = conditions + loop.offset(ofRow: row, in: 0)
                let ones = a + loop.offset(ofRow: row, in: 1), others = b + loop.offset(ofRow: row, in: 2)
                let results = target + row * loop.inner
                if step == 0 {
                    // One answer for the whole row.
                    let (chosen, stride) = flags[0] != 0 ? (ones, aStep) : (others, bStep)
                    for index in 0..<loop.inner { results[index] = chosen[index * stride] }
                    continue
                }
                for index in 0..<loop.inner {
                    results[index] = flags[index * step] != 0 ? ones[index * aStep] : others[index * bStep]
                }
            }
        }
    }
}
