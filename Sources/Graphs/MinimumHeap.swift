/// A binary heap of integers, smallest first.
struct MinimumHeap {
    private var items: [Int]

    init(_ sorted: [Int]) { items = sorted }

    mutating func insert(_ item: Int) {
        items.append(item)
        var child = items.count - 1
        while child > 0, items[child] < items[(child - 1) / 2] {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func popMinimum() -> Int? {
        guard let minimum = items.first, let last = items.popLast() else { return nil }
        if items.isEmpty { return minimum }
        items[0] = last
        var parent = 0
        while true {
            let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < items.count }
            guard let child = children.min(by: { items[$0] < items[$1] }), items[child] < items[parent] else {
                return minimum
            }
            items.swapAt(parent, child)
            parent = child
        }
    }
}
