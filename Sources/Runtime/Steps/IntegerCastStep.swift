import BitdepthTensors

/// Integers, or Booleans as 0 and 1, in a wider type.
struct IntegerCastStep: Step {
    var source: ElementType
    /// FP32 or a 64-bit integer.
    var target: ElementType
    var input: Location
    var output: Location
    var count: Int

    func bind(to frame: Frame, _ calls: inout CallList) {
        switch source {
        case .int32: cast(frame, &calls, Int32.self)
        case .int64: cast(frame, &calls, Int64.self)
        default: cast(frame, &calls, UInt8.self)
        }
    }

    @inline(__always)
    private func cast<Source: FixedWidthInteger>(_ frame: Frame, _ calls: inout CallList, _ type: Source.Type) {
        if target == .float32 {
            cast(frame, &calls, type, Float.self) { Float($0) }
        } else {
            cast(frame, &calls, type, Int64.self) { Int64(truncatingIfNeeded: $0) }
        }
    }

    @inline(__always)
    private func cast<Source, Target>(
        _ frame: Frame, _ calls: inout CallList, _ source: Source.Type, _ target: Target.Type,
        _ convert: @escaping (Source) -> Target
    ) {
        let from = frame.pointer(input, as: source), to = frame.pointer(output, as: target)
        calls.split(count, grain: 32_768) { begin, end in
            for index in begin..<end { to[index] = convert(from[index]) }
        }
    }
}
