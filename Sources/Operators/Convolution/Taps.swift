/// One element of a window that lies inside the input.
struct Tap {
    /// Flat position in the input's spatial extents.
    var input: Int
    /// Flat position in the kernel.
    var kernel: Int
}

extension Window.Geometry {
    var inputCount: Int { input.reduce(1, *) }
    var outputCount: Int { output.reduce(1, *) }
    var kernelCount: Int { kernel.reduce(1, *) }

    /// The taps inside the input of the window at a flat output position, in the order of the kernel.
    func taps(at flat: Int) -> [Tap] {
        var taps = [Tap(input: 0, kernel: 0)]
        for (axis, position) in unravel(flat, output).enumerated() {
            let start = position * strides[axis] - padsBegin[axis]
            let inside = tapsInside(axis, from: start)
            taps = taps.flatMap { tap in
                inside.map { number in
                    Tap(
                        input: tap.input * input[axis] + start + number * dilations[axis],
                        kernel: tap.kernel * kernel[axis] + number)
                }
            }
        }
        return taps
    }

    /// Numbers of the kernel elements along an axis that fall on the input when the window starts at `start`.
    private func tapsInside(_ axis: Int, from start: Int) -> Range<Int> {
        let step = dilations[axis]
        let first = start >= 0 ? 0 : (step - 1 - start) / step
        let end = start >= input[axis] ? 0 : min(kernel[axis], (input[axis] - 1 - start) / step + 1)
        return first < end ? first..<end : 0..<0
    }

    /// Kernel elements that fall on the input or its padding: what an average divides by when padding counts.
    func paddedTapCount(at flat: Int) -> Int {
        var count = 1
        for (axis, position) in unravel(flat, output).enumerated() {
            let room = input[axis] + padsEnd[axis] - 1 - (position * strides[axis] - padsBegin[axis])
            count *= max(0, min(kernel[axis], room / dilations[axis] + 1))
        }
        return count
    }
}

/// Coordinates of a flat row-major position.
func unravel(_ flat: Int, _ extents: [Int]) -> [Int] {
    var rest = flat
    var coordinates = [Int](repeating: 0, count: extents.count)
    for axis in extents.indices.reversed() where extents[axis] > 0 {
        coordinates[axis] = rest % extents[axis]
        rest /= extents[axis]
    }
    return coordinates
}
