import BitdepthGraphs
import BitdepthTensors

/// The determinants of square matrices: `[…, M, M]` → `[…]`. That of no rows is 1.
///
/// Source: ONNX operator specification, Det-22.
public struct Det: FoldableOperator {
    public static let signature = OperatorSignature("Det", versions: [11, 22], inputs: 1...1)
    public init(_ attributes: AttributeReader) {}

    public func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType] {
        let x = try inputs.required(0, "X")
        guard x.element.isFloatingPoint else {
            throw BitdepthError(.typeMismatch, "Det takes floating-point numbers, not \(x.element.shortName)")
        }
        guard let dimensions = x.dimensions else { return [TensorType(x.element, PartialShape.unknown)] }
        let sides = dimensions.suffix(2).compactMap(\.value)
        guard dimensions.count >= 2, sides.count < 2 || sides[0] == sides[1] else {
            throw BitdepthError(.shapeMismatch, "an input of shape \(x.type.shape) holds no square matrices")
        }
        return [TensorType(x.element, PartialShape(dimensions.dropLast(2)))]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let shape = try outputShape(inputs)
        let side = x.shape[x.shape.rank - 1]
        let values = try x.doubles()
        let determinants = (0..<shape.count).map { number in
            determinant(Array(values[number * side * side..<(number + 1) * side * side]), side)
        }
        return [try Tensor(reals: determinants, shape: shape, type: x.type)]
    }

    /// By Gaussian elimination, each pivot the largest of its column.
    private func determinant(_ matrix: [Double], _ side: Int) -> Double {
        var a = matrix
        var product = 1.0
        for step in 0..<side {
            let pivot = (step..<side).max { abs(a[$0 * side + step]) < abs(a[$1 * side + step]) } ?? step
            if pivot != step {
                for column in step..<side { a.swapAt(pivot * side + column, step * side + column) }
                product = -product
            }
            let divisor = a[step * side + step]
            product *= divisor
            if divisor == 0 { return 0 }
            for row in step + 1..<side {
                let factor = a[row * side + step] / divisor
                for column in step..<side { a[row * side + column] -= factor * a[step * side + column] }
            }
        }
        return product
    }
}
