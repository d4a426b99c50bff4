/// Places buffers that are alive at different times on the same bytes.
struct MemoryPlan {
    /// A buffer and the steps between which its bytes must not be touched by others.
    struct Item {
        var bytes: Int
        /// First step that writes it and last step that reads it, both included.
        var lifetime: ClosedRange<Int>
    }

    let offsets: [Int]
    let total: Int

    static let alignment = 64
    /// Kernels may read this far past the end of a buffer.
    static let guardBytes = 128

    /// Greedy by size: the largest buffers first, each at the lowest offset that is free during its whole life.
    init(_ items: [Item]) {
        var offsets = [Int](repeating: 0, count: items.count)
        var placed: [Int] = []
        var total = 0
        let order = items.indices.sorted { (items[$0].bytes, $1) > (items[$1].bytes, $0) }
        for index in order {
            let size = MemoryPlan.placedBytes(items[index].bytes)
            let neighbours = placed.filter { items[$0].lifetime.overlaps(items[index].lifetime) }
                .sorted { offsets[$0] < offsets[$1] }
            var offset = 0
            for neighbour in neighbours {
                if offset + size <= offsets[neighbour] { break }
                offset = max(offset, offsets[neighbour] + MemoryPlan.placedBytes(items[neighbour].bytes))
            }
            offsets[index] = offset
            placed.append(index)
            total = max(total, offset + size)
        }
        self.offsets = offsets
        self.total = total
    }

    /// Bytes that a buffer takes with what kernels may read behind it.
    static func placedBytes(_ bytes: Int) -> Int { (bytes + guardBytes + alignment - 1) / alignment * alignment }
}
