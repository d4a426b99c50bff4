import BitdepthGraphs
import BitdepthTensors

/// Scan before version 9 of the operator set runs once for each element of a batch: every operand has a batch axis first,
/// and slices are taken from axis 1. Now that is a Scan over the batch whose body is the old Scan.
enum ScanBatch {
    static func upgrade(_ node: inout Node, in scope: inout UpgradeScope) throws(BitdepthError) {
        guard node.input(0) == nil else {
            throw BitdepthError(
                .unsupportedOperator, "Scan with lengths of its sequences (operator set 8) is not supported",
                at: node.place)
        }
        guard !node.inputs.isEmpty, node.attributes["num_scan_inputs"] != nil,
            case .graph(let body)? = node.attributes["body"]
        else { return }
        node.inputs.removeFirst()
        var inner = Node("Scan", name: node.name, inputs: [], outputs: [], attributes: node.attributes)
        inner.attributes["scan_input_directions"] = inner.attributes.removeValue(forKey: "directions")
        let operands = node.inputs.indices.map { scope.newName("\(node.label)_operand\($0)") }
        let results = node.outputs.indices.map { scope.newName("\(node.label)_result\($0)") }
        inner.inputs = operands
        inner.outputs = results
        let batch = Graph(
            name: body.name, inputs: operands.map { Graph.Port($0, nil) }, outputs: results.map { Graph.Port($0, nil) },
            nodes: [inner])
        node.attributes = ["body": .graph(batch), "num_scan_inputs": .int(node.inputs.count)]
    }
}
