import BitdepthTensors

/// Copies blocks of elements to where they belong.
struct RearrangementStep: Step {
    /// Of each block of the output, the element of the input that it begins with; -1 for a border.
    var starts: Location
    var count: Int
    /// Elements of a block.
    var length: Int
    var elementBytes: Int
    /// The bytes of a border's element.
    var fill: [UInt8]
    var input: Location
    var output: Location

    func bind(to frame: Frame, _ calls: inout CallList) {
        guard length == 1 else { return copyBlocks(frame, &calls) }
        switch elementBytes {
        case 1: copyElements(frame, &calls, of: UInt8.self)
        case 2: copyElements(frame, &calls, of: UInt16.self)
        case 4: copyElements(frame, &calls, of: UInt32.self)
        default: copyElements(frame, &calls, of: UInt64.self)
        }
    }

    private func copyBlocks(_ frame: Frame, _ calls: inout CallList) {
        let places = frame.pointer(starts, as: Int32.self)
        let from = frame.pointer(input), to = frame.pointer(output)
        let bytes = length * elementBytes
        calls.split(count, grain: max(1, 65_536 / bytes)) { begin, end in
            for block in begin..<end {
                let place = Int(places[block])
                let target = to + block * bytes
                if place < 0 {
                    fillBlock(target)
                } else {
                    target.copyMemory(from: from + place * elementBytes, byteCount: bytes)
                }
            }
        }
    }

    private func fillBlock(_ target: UnsafeMutableRawPointer) {
        for element in 0..<length {
            for byte in 0..<elementBytes {
                target.storeBytes(of: fill[byte], toByteOffset: element * elementBytes + byte, as: UInt8.self)
            }
        }
    }

    @inline(__always)
    private func copyElements<Bits: FixedWidthInteger>(_ frame: Frame, _ calls: inout CallList, of type: Bits.Type) {
        let places = frame.pointer(starts, as: Int32.self)
        let from = frame.pointer(input, as: type), to = frame.pointer(output, as: type)
        let border = fill.reversed().reduce(Bits.zero) { $0 << 8 | Bits(truncatingIfNeeded: $1) }
        calls.split(count, grain: 16_384) { begin, end in
            for index in begin..<end { to[index] = places[index] < 0 ? border : from[Int(places[index])] }
        }
    }
}
