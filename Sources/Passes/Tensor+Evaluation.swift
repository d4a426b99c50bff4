import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension Tensor {
    /// The tensor with its axes in another order.
    func transposed(_ axes: [Int]) throws(BitdepthError) -> Tensor {
        try evaluated(by: Node("Transpose", inputs: [""], outputs: [""], attributes: ["perm": .ints(axes)]))
    }

    /// What a node makes of this tensor and further operands, by its operator's reference.
    func evaluated(by node: Node, _ operands: [Tensor?] = []) throws(BitdepthError) -> Tensor {
        let results = try OperatorCatalogue.all.decode(node).evaluate([self] + operands)
        guard let result = results.first else {
            throw BitdepthError(.internal, "\(node.op) makes nothing", at: node.place)
        }
        return result
    }
}
