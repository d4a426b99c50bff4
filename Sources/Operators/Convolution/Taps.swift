/// For each output position the taps of the window that lie inside the input.
struct Taps {
    struct Tap {
        /// Flat position in the input's spatial extents.
        var input: Int
        /// Flat position in the kernel.
        var kernel: Int
    }

    private let byOutput: [[Tap]]

    init(_ byOutput: [[Tap]]) { self.byOutput = byOutput }

    func of(output: Int) -> [Tap] { byOutput[output] }
}

extension Window.Geometry {
    /// All taps, by flat output position.
    func taps() -> Taps {
        Taps((0..<output.reduce(1, *)).map { flat in tapsInside(at: unravel(flat, output)) })
    }

    private func tapsInside(at position: [Int]) -> [Taps.Tap] {
        (0..<kernel.reduce(1, *)).compactMap { flat in
            var input = 0
            for (axis, tap) in unravel(flat, kernel).enumerated() {
                let place = position[axis] * strides[axis] + tap * dilations[axis] - padsBegin[axis]
                guard place >= 0, place < self.input[axis] else { return nil }
                input = input * self.input[axis] + place
            }
            return Taps.Tap(input: input, kernel: flat)
        }
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
