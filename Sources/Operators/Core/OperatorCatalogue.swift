import BitdepthGraphs
import BitdepthTensors

/// All operators by name. One line per operator in `OperatorCatalogue+All.swift`.
public struct OperatorCatalogue: Sendable {
    private let types: [OperatorName: any Operator.Type]

    init(_ operators: [any Operator.Type]) {
        var types: [OperatorName: any Operator.Type] = [:]
        for type in operators { types[type.signature.name] = type }
        self.types = types
    }

    public subscript(name: OperatorName) -> (any Operator.Type)? { types[name] }

    /// Every operator, by name.
    public var all: [any Operator.Type] {
        types.values.sorted { $0.signature.name.description < $1.signature.name.description }
    }

    /// What a person can do about a node that is not supported.
    private static func waysOut(of node: Node) -> [String] {
        let cut = node.inputs.lazy.compactMap { $0 }.first.map {
            ["cut the graph before it: bitdepth convert MODEL --outputs \($0) -o CUT.onnx"]
        }
        return (cut ?? []) + ["see what else the model holds: bitdepth inspect MODEL"]
    }

    /// Reads a node as the operator that it names.
    ///
    /// - Throws: ``BitdepthError/Code/unsupportedOperator`` naming operator and domain; attribute errors with the node's place.
    public func decode(_ node: Node, opset: Int? = nil) throws(BitdepthError) -> any Operator {
        guard let type = types[node.op] else {
            let domain = node.op.domain.isEmpty ? "ai.onnx" : node.op.domain
            let version = opset.map { ", opset \($0)" } ?? ""
            throw BitdepthError(
                .unsupportedOperator, "operator \(node.op.type) (domain \(domain)\(version)) is not supported",
                at: node.place,
                help: OperatorCatalogue.waysOut(of: node))
        }
        return try locating(node.place) { () throws(BitdepthError) in
            let signature = type.signature
            guard node.inputs.count >= signature.inputCount.lowerBound,
                node.inputs.count <= signature.inputCount.upperBound
            else {
                throw BitdepthError(
                    .invalidGraph,
                    "\(node.op.type) has \(node.inputs.count) inputs; it takes \(signature.inputCount.description(of: "input"))"
                )
            }
            guard node.outputs.count >= signature.outputCount.lowerBound,
                node.outputs.count <= signature.outputCount.upperBound
            else {
                throw BitdepthError(
                    .invalidGraph,
                    "\(node.op.type) has \(node.outputs.count) outputs; it makes \(signature.outputCount.description(of: "output"))"
                )
            }
            return try type.init(AttributeReader(node))
        }
    }
}

extension ClosedRange<Int> {
    fileprivate func description(of noun: String) -> String {
        if upperBound == OperatorSignature.anyNumber { return "at least \(lowerBound)" }
        return lowerBound == upperBound ? String(lowerBound) : "\(lowerBound) to \(upperBound)"
    }
}
