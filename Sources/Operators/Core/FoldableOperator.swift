import BitdepthGraphs
import BitdepthTensors

/// An operator whose outputs are computed ahead where all of its inputs are small constants: this is how the shapes that a
/// graph computes for itself become known.
public protocol FoldableOperator: Operator {
    /// Types of the outputs from what is known of the inputs; `nil` inputs are left out ones.
    ///
    /// - Throws: What would be wrong with any inputs of these types.
    func outputTypes(_ inputs: [Fact?]) throws(BitdepthError) -> [TensorType]
}

extension FoldableOperator {
    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let types = try outputTypes(inputs)
        var constants: [Tensor?] = []
        for input in inputs {
            guard let input else {
                constants.append(nil)
                continue
            }
            guard let constant = input.constant, constant.count <= Folding.largestCount else {
                return types.map { Fact($0) }
            }
            constants.append(constant)
        }
        for type in types {
            guard let count = type.shape.shape?.count, count <= Folding.largestCount else {
                return types.map { Fact($0) }
            }
        }
        return try evaluate(constants).map(Fact.init(constant:))
    }
}

extension FoldableOperator {
    /// The shape of the first output for concrete inputs, by the rules of inference, so that each rule is written once.
    ///
    /// - Throws: ``BitdepthError/Code/limitExceeded`` when the output is larger than the reference can hold.
    func outputShape(_ inputs: [Tensor?]) throws(BitdepthError) -> Shape {
        let types = try outputTypes(inputs.map { $0.map(Fact.init(constant:)) })
        guard let dimensions = types.first?.shape.dimensions else {
            throw BitdepthError(.internal, "\(Self.signature.name) has no shape for concrete inputs")
        }
        let extents = dimensions.compactMap(\.value)
        guard extents.count == dimensions.count else {
            throw BitdepthError(.internal, "\(Self.signature.name) has an unknown extent for concrete inputs")
        }
        return try Shape(extents).checkedForEvaluation()
    }
}

/// Limits of the work that type inference does.
enum Folding {
    /// Shapes and what they are computed from have few elements; larger constants are left to constant folding.
    static let largestCount = 1024
}
