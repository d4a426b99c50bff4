import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

/// A node and inputs as a broken or malicious file may hold them.
struct HostileNode: Sendable, CustomTestStringConvertible {
    private var op: OperatorName
    private var attributes: [(String, Attribute)]
    private var inputs: [Tensor?]

    init(_ op: OperatorName, _ inputs: [Tensor?]) { self.init(op, [], inputs) }

    init(_ op: OperatorName, _ attributes: [(String, Attribute)], _ inputs: [Tensor?]) {
        self.op = op
        self.attributes = attributes
        self.inputs = inputs
    }

    var testDescription: String { "\(op) \(attributes) \(inputs.map { $0?.description ?? "-" })" }

    func evaluate() throws(BitdepthError) { _ = try OneNode(op, attributes).evaluate(inputs) }

    /// Inference may know less than evaluation, but must not trap either.
    func inferWithAndWithoutConstants() {
        let node = OneNode(op, attributes)
        _ = try? node.infer(inputs.map { $0.map(Fact.init(constant:)) })
        _ = try? node.infer(inputs.map { $0.map { Fact(TensorType(of: $0)) } })
        _ = try? node.infer(
            inputs.map { $0.map { Fact($0.type, PartialShape($0.shape.dimensions.map { _ in .unknown })) } })
        _ = try? node.infer(inputs.map { $0.map { Fact($0.type, PartialShape.unknown) } })
    }
}
