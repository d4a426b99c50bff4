import BitdepthTensors

/// The product of two stacks of matrices by NumPy's rules: leading axes broadcast, vectors are rows or columns.
struct MatrixProduct {
    let rows: Int
    let depth: Int
    let columns: Int
    /// The result's shape; the axis that a vector was given for the sake of the product is dropped.
    let shape: Shape
    /// Elements of all batches.
    let count: Int
    /// For each batch, the number of the left and of the right matrix.
    private let batches: [(left: Int, right: Int)]

    /// - Throws: ``BitdepthError/Code/shapeMismatch`` for scalars, depths that differ, or batches that do not broadcast.
    init(_ left: Shape, _ right: Shape) throws(BitdepthError) {
        guard left.rank >= 1, right.rank >= 1 else {
            throw BitdepthError(
                .shapeMismatch, "shapes \(left) and \(right) cannot be multiplied as matrices: one is a scalar")
        }
        let a = left.rank == 1 ? [1] + left.dimensions : left.dimensions
        let b = right.rank == 1 ? right.dimensions + [1] : right.dimensions
        guard a[a.count - 1] == b[b.count - 2] else {
            throw BitdepthError(.shapeMismatch, "shapes \(left) and \(right) cannot be multiplied as matrices")
        }
        (rows, depth, columns) = (a[a.count - 2], a[a.count - 1], b[b.count - 1])
        let walk = try BroadcastWalk(try Shape(Array(a.dropLast(2))), try Shape(Array(b.dropLast(2))))
        var batches: [(left: Int, right: Int)] = []
        if rows * columns > 0 { walk.forEach { batches.append((left: $0, right: $1)) } }
        self.batches = batches
        let kept = (left.rank == 1 ? [] : [rows]) + (right.rank == 1 ? [] : [columns])
        shape = try Shape(walk.shape.dimensions + kept)
        count = shape.count
    }

    func multiply<Number: Accumulator>(_ a: [Number], _ b: [Number]) throws(BitdepthError) -> [Number] {
        var y = try [Number](repeating: .zero, filling: shape)
        for (number, batch) in batches.enumerated() {
            for i in 0..<rows {
                let to = (number * rows + i) * columns
                for k in 0..<depth {
                    let value = a[(batch.left * rows + i) * depth + k]
                    let from = (batch.right * depth + k) * columns
                    for j in 0..<columns { y[to + j].add(value, times: b[from + j]) }
                }
            }
        }
        return y
    }

    /// The result's shape, as far as those of the operands are known.
    static func output(_ left: PartialShape, _ right: PartialShape) throws(BitdepthError) -> PartialShape {
        if let left = left.shape, let right = right.shape { return PartialShape(try MatrixProduct(left, right).shape) }
        guard let left = left.dimensions, let right = right.dimensions else { return .unknown }
        guard let inner = left.last, let outer = right.dropLast(right.count > 1 ? 1 : 0).last else {
            throw BitdepthError(.shapeMismatch, "a scalar cannot be multiplied as a matrix")
        }
        if let inner = inner.value, let outer = outer.value, inner != outer {
            throw BitdepthError(.shapeMismatch, "matrices of depth \(inner) and \(outer) cannot be multiplied")
        }
        let batches = try PartialShape.broadcast(PartialShape(left.dropLast(2)), PartialShape(right.dropLast(2)))
        var result = batches.dimensions ?? []
        if left.count > 1 { result.append(left[left.count - 2]) }
        if right.count > 1 { result.append(right[right.count - 1]) }
        return PartialShape(result)
    }
}
