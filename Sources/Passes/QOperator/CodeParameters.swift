import BitdepthGraphs
import BitdepthTensors

/// Scale and zero point of a value that holds codes, as constants that are there or are to be added.
struct CodeParameters {
    var scale: Constant
    /// `nil` where it is left out and means 0.
    var zeroPoint: Constant?
    /// The axis that has one scale for each index; `nil` for one scale.
    var axis: Int?

    enum Constant {
        case existing(ValueName, Tensor)
        case new(Tensor, base: String)

        var tensor: Tensor {
            switch self {
            case .existing(_, let tensor), .new(let tensor, _): tensor
            }
        }
    }

    init(scale: Constant, zeroPoint: Constant? = nil, axis: Int? = nil) {
        self.scale = scale
        self.zeroPoint = zeroPoint
        self.axis = axis
    }

    /// Parameters as DequantizeLinear takes them: scalars, or vectors of equal length along an axis.
    ///
    /// - Parameters:
    ///   - axis: The axis of the codes along which there may be several; `nil` where there may not.
    ///   - fromEnd: Where the several lie in a scale that has as many axes as the codes, counted from the end.
    /// - Returns: `nil` for what DequantizeLinear cannot say.
    init?(
        _ scale: (name: ValueName, tensor: Tensor), _ zeroPoint: (name: ValueName, tensor: Tensor)?, axis: Int?,
        fromEnd: Int
    ) {
        let count = max(scale.tensor.count, zeroPoint?.tensor.count ?? 1)
        guard count > 1 else {
            guard scale.tensor.count == 1, zeroPoint == nil || zeroPoint?.tensor.count == 1 else { return nil }
            self.init(
                scale: .existing(scale.name, scale.tensor), zeroPoint: zeroPoint.map { .existing($0.name, $0.tensor) })
            return
        }
        guard let axis, let scales = CodeParameters.vector(scale, count: count, fromEnd: fromEnd) else { return nil }
        self.init(scale: scales, axis: axis)
        guard let zeroPoint else { return }
        guard let zeroPoints = CodeParameters.vector(zeroPoint, count: count, fromEnd: fromEnd) else { return nil }
        self.zeroPoint = zeroPoints
    }

    private static func vector(_ constant: (name: ValueName, tensor: Tensor), count: Int, fromEnd: Int) -> Constant? {
        let (name, tensor) = constant
        if tensor.shape == Shape.vector(count) { return .existing(name, tensor) }
        if tensor.count == count, tensor.shape.rank >= fromEnd, tensor.shape[tensor.shape.rank - fromEnd] == count {
            return (try? tensor.reshaped(to: Shape.vector(count))).map { .new($0, base: "\(name)_vector") }
        }
        guard tensor.count == 1, let repeated = try? CodeParameters.repeated(tensor, count) else { return nil }
        return .new(repeated, base: "\(name)_vector")
    }

    private static func repeated(_ tensor: Tensor, _ count: Int) throws(BitdepthError) -> Tensor {
        let shape = Shape.vector(count)
        if tensor.type.isFloatingPoint {
            return try Tensor(
                floats: try tensor.floats().flatMap { [Float](repeating: $0, count: count) }, shape: shape,
                type: tensor.type)
        }
        return try Tensor(
            integers: try tensor.integers().flatMap { [Int](repeating: $0, count: count) }, shape: shape,
            type: tensor.type)
    }

    /// Whether codes of these parameters mean what codes of the others mean.
    func mean(theSameAs other: CodeParameters) -> Bool {
        axis == nil && other.axis == nil && scale.tensor == other.scale.tensor
            && zeroPoint?.tensor == other.zeroPoint?.tensor
    }
}
