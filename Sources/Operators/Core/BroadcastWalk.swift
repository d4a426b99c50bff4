import BitdepthTensors

/// Walks two tensors that broadcast to `shape` and yields the flat positions of each pair, in row-major order.
struct BroadcastWalk {
    let shape: Shape
    private let left: [Int]
    private let right: [Int]

    init(_ a: Shape, _ b: Shape) throws(BitdepthError) {
        shape = try Shape.broadcast(a, b).checkedForEvaluation()
        left = a.stridesBroadcast(to: shape)
        right = b.stridesBroadcast(to: shape)
    }

    func forEach<Failure: Error>(_ body: (Int, Int) throws(Failure) -> Void) throws(Failure) {
        guard shape.count > 0 else { return }
        var coordinates = [Int](repeating: 0, count: shape.rank)
        var a = 0
        var b = 0
        for _ in 0..<shape.count {
            try body(a, b)
            var axis = shape.rank - 1
            while axis >= 0 {
                coordinates[axis] += 1
                a += left[axis]
                b += right[axis]
                if coordinates[axis] < shape[axis] { break }
                a -= left[axis] * shape[axis]
                b -= right[axis] * shape[axis]
                coordinates[axis] = 0
                axis -= 1
            }
        }
    }
}

extension BroadcastWalk {
    /// The results of a function of two elements, in row-major order.
    func map<Left, Right, Result>(
        _ left: [Left], _ right: [Right], _ combine: (Left, Right) throws(BitdepthError) -> Result
    ) throws(BitdepthError) -> [Result] {
        var results: [Result] = []
        results.reserveCapacity(shape.count)
        try forEach { (a, b) throws(BitdepthError) in results.append(try combine(left[a], right[b])) }
        return results
    }
}

extension Shape {
    /// Strides of this shape seen as `target`: 0 along axes that are repeated.
    func stridesBroadcast(to target: Shape) -> [Int] {
        let own = strides
        let missing = target.rank - rank
        return (0..<target.rank).map { axis in
            axis < missing || self[axis - missing] == 1 ? 0 : own[axis - missing]
        }
    }
}
