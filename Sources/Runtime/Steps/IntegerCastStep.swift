import BitdepthTensors

/// Integers, or Booleans as 0 and 1, in a wider type.
struct IntegerCastStep: Step {
    var source: ElementType
    /// FP32 or a 64-bit integer.
    var target: ElementType
    var input: Location
    var output: Location
    var count: Int

    func run(_ frame: Frame) {
        switch source {
        case .int32: cast(frame, Int32.self)
        case .int64: cast(frame, Int64.self)
        default: cast(frame, UInt8.self)
        }
    }

    @inline(__always)
    private func cast<Source: FixedWidthInteger>(_ frame: Frame, _ type: Source.Type) {
        if target == .float32 {
            cast(frame, type, Float.self) { Float($0) }
        } else {
            cast(frame, type, Int64.self) { Int64(truncatingIfNeeded: $0) }
        }
    }

    @inline(__always)
    private func cast<Source, Target>(
        _ frame: Frame, _ source: Source.Type, _ target: Target.Type, _ convert: (Source) -> Target
    ) {
        let from = frame.pointer(input, as: source), to = frame.pointer(output, as: target)
        frame.parallel(count, grain: 32_768) { begin, end in
            for index in begin..<end { to[index] = convert(from[index]) }
        }
    }
}
