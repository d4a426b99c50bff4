import BitdepthTensors

/// Interleaves chunks: `outer` times one chunk of each input.
struct ConcatenationStep: Step {
    struct Input: Sendable {
        var location: Location
        /// Bytes of one chunk.
        var chunk: Int
    }

    var inputs: [Input]
    var output: Location
    var outer: Int

    func bind(to frame: Frame, _ calls: inout CallList) {
        let stride = inputs.reduce(0) { $0 + $1.chunk }
        let target = frame.pointer(output)
        calls.split(outer, grain: max(1, 65_536 / max(1, stride))) { begin, end in
            var place = target + begin * stride
            for index in begin..<end {
                for input in inputs {
                    place.copyMemory(
                        from: frame.pointer(input.location) + index * input.chunk, byteCount: input.chunk)
                    place += input.chunk
                }
            }
        }
    }
}
