import BitdepthTensors

extension BoundProgram {
    /// Copies an input to where the program reads it.
    func place(_ tensor: Tensor, at index: Int, on pool: ThreadPool?) throws(BitdepthError) {
        let input = program.inputs[index]
        guard let location = input.location else { return }
        let converted = input.stored == tensor.type ? tensor : try tensor.converted(to: input.stored)
        try converted.withBytes { bytes in
            guard let source = bytes.baseAddress else { return }
            let copy = Copy(source: source, target: arena.base + location.offset)
            copy.run(bytes.count, on: pool)
        }
    }

    /// An output as the last run left it.
    func output(_ index: Int) throws(BitdepthError) -> Tensor {
        let output = program.outputs[index]
        let found = try Tensor(shape: output.shape, type: output.stored) { buffer in
            buffer.copyMemory(
                from: UnsafeRawBufferPointer(start: arena.base + output.location.offset, count: buffer.count))
        }
        return output.element == output.stored ? found : try found.converted(to: output.element)
    }
}

/// Bytes copied by all threads: each brings its part into a cache of its own.
private struct Copy {
    var source: UnsafeRawPointer
    var target: UnsafeMutableRawPointer

    /// Bytes that make a part worth a thread's while.
    private static let grain = 65_536

    func run(_ count: Int, on pool: ThreadPool?) {
        guard let pool, count >= 2 * Copy.grain else { return target.copyMemory(from: source, byteCount: count) }
        withUnsafePointer(to: self) { copy in
            let call = RangeCall(
                entry: { context, begin, end in
                    guard let copy = context?.assumingMemoryBound(to: Copy.self).pointee else { return }
                    (copy.target + Int(begin)).copyMemory(from: copy.source + Int(begin), byteCount: Int(end - begin))
                }, context: copy, count: count)
            withUnsafePointer(to: call) { call in
                pool.run(UnsafeBufferPointer(start: call, count: 1), parts: min(pool.threadCount, count / Copy.grain))
            }
        }
    }
}
