import BitdepthTensors

/// Applies a function to every element; integers go through Float where they are small enough to be exact in it.
func mapFloats(_ tensor: Tensor, _ function: (Float) -> Float) throws(BitdepthError) -> Tensor {
    if tensor.type == .float64 {
        return try Tensor(try tensor.doubles().map { Double(function(Float($0))) }, shape: tensor.shape)
    }
    guard tensor.type.isFloatingPoint else {
        return try Tensor(integers: try tensor.integers().map { Int(function(Float($0))) }, shape: tensor.shape, type: tensor.type)
    }
    return try Tensor(floats: try tensor.floats().map(function), shape: tensor.shape, type: tensor.type)
}

/// Walks two tensors that broadcast to `shape` and yields the flat positions of each pair, in row-major order.
struct BroadcastWalk {
    let shape: Shape
    private let left: [Int]
    private let right: [Int]

    init(_ a: Shape, _ b: Shape) throws(BitdepthError) {
        shape = try Shape.broadcast(a, b)
        left = a.stridesBroadcast(to: shape)
        right = b.stridesBroadcast(to: shape)
    }

    func forEach(_ body: (Int, Int) -> Void) {
        guard shape.count > 0 else { return }
        var coordinates = [Int](repeating: 0, count: shape.rank)
        var a = 0
        var b = 0
        for _ in 0..<shape.count {
            body(a, b)
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
