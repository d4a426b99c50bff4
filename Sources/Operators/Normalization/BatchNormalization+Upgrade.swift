import BitdepthGraphs
import BitdepthTensors

extension BatchNormalization {
    public static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        switch next {
        case 6:
            node.dropConsumedInputs()
        case 7:
            // In test mode the further outputs were never written. Without the attribute they tell training from inference,
            // as they do from version 7 on.
            if case .int(let isTest) = node.attributes["is_test"], isTest != 0 {
                node.outputs = Array(node.outputs.prefix(1))
            }
            node.attributes["is_test"] = nil
        case 9:
            if case .int(0) = node.attributes["spatial"] { try replaceByArithmetic(&node, in: &scope) }
            node.attributes["spatial"] = nil
        case 14:
            if node.outputs.dropFirst().contains(where: { $0 != nil }) { node.attributes["training_mode"] = .int(1) }
            node.outputs = Array(node.outputs.prefix(1))
        default: break
        }
    }

    /// With `spatial` 0 every position of `[C, D…]` had its own statistics, which only plain arithmetic can still say.
    private static func replaceByArithmetic(_ node: inout Node, in scope: inout UpgradeScope) throws(BitdepthError) {
        guard node.inputs.count == 5, node.outputs.dropFirst().allSatisfy({ $0 == nil }) else { return }
        var epsilon: Float = 1e-5
        if case .float(let given) = node.attributes["epsilon"] { epsilon = given }
        let type = scope.constant(node.inputs[4])?.type ?? .float32
        let constant = scope.add(
            try Tensor(floats: [epsilon], shape: .scalar, type: type), named: "\(node.label)_epsilon")
        let names = ["centered", "variance", "deviation", "normalized", "scaled"].map {
            scope.newName("\(node.label)_\($0)")
        }
        scope.insertBefore(Node("Sub", inputs: [node.inputs[0], node.inputs[3]], outputs: [names[0]]))
        scope.insertBefore(Node("Add", inputs: [node.inputs[4], constant], outputs: [names[1]]))
        scope.insertBefore(Node("Sqrt", inputs: [names[1]], outputs: [names[2]]))
        scope.insertBefore(Node("Div", inputs: [names[0], names[2]], outputs: [names[3]]))
        scope.insertBefore(Node("Mul", inputs: [names[3], node.inputs[1]], outputs: [names[4]]))
        node = Node(
            "Add", name: node.name, inputs: [names[4], node.inputs[2]], outputs: Array(node.outputs.prefix(1)),
            annotations: node.annotations)
    }
}
