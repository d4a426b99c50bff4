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

    func run(_ frame: Frame) {
        let stride = inputs.reduce(0) { $0 + $1.chunk }
        var target = frame.pointer(output)
        for input in inputs {
            let source = frame.pointer(input.location)
            for index in 0..<outer {
                (target + index * stride).copyMemory(from: source + index * input.chunk, byteCount: input.chunk)
            }
            target += input.chunk
        }
    }
}
