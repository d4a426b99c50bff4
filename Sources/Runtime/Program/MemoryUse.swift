/// What a program's memory is made of: which values lie where in the arena, and when.
public struct MemoryUse: Sendable, Equatable {
    /// A piece of the arena that one value, or several in turn, take.
    public struct Buffer: Sendable, Equatable {
        /// The graph's values that lie in it: several where one is made in place of another, or is the same bytes. None for
        /// what a step needs beside its operands.
        public var values: [String]
        public var bytes: Int
        /// Bytes from the arena's beginning.
        public var offset: Int
        /// The steps during which its bytes are kept, by position; inputs are there before step 0, at −1.
        public var steps: ClosedRange<Int>
    }

    /// In the order in which they are first written.
    public var buffers: [Buffer]
    /// Bytes of the arena, what kernels may read behind each buffer included.
    public var arenaBytes: Int
    /// Bytes of packed weights and tables, which all sessions share.
    public var constantBytes: Int

    /// Bytes of all buffers, if each had a place of its own.
    public var separateBytes: Int { buffers.reduce(0) { $0 + $1.bytes } }

    /// Values that take no bytes of their own: made in place, or the same bytes as another.
    public var sharedValues: Int { buffers.reduce(0) { $0 + max(0, $1.values.count - 1) } }

    /// The step at which most bytes are in use, and how many; the arena is little larger where places fit.
    public var peak: (step: Int, bytes: Int) {
        var changes: [Int: Int] = [:]
        for buffer in buffers {
            changes[buffer.steps.lowerBound, default: 0] += buffer.bytes
            changes[buffer.steps.upperBound + 1, default: 0] -= buffer.bytes
        }
        var (used, peak) = (0, (step: 0, bytes: 0))
        for (step, change) in changes.sorted(by: { $0.key < $1.key }) {
            used += change
            if used > peak.bytes { peak = (step, used) }
        }
        return peak
    }
}
