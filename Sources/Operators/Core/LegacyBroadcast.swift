import BitdepthGraphs
import BitdepthTensors

/// Broadcasting before version 7 of the operator set: only where attribute `broadcast` asks for it, and with the second
/// operand's first axis laid on axis `axis` of the first operand. Now operands are aligned at their last axes.
enum LegacyBroadcast {
    /// Rewrites a node of two operands that is older than version 7.
    static func upgrade(_ node: inout Node, to next: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        node.dropConsumedInputs()
        guard next >= 7 else { return }
        let broadcast = node.attributes.removeValue(forKey: "broadcast")
        let axis = node.attributes.removeValue(forKey: "axis")
        guard broadcast == .int(1), case .int(let axis)? = axis, axis >= 0 else { return }
        try align(&node, axis: axis, in: &scope)
    }

    /// Gives input 1 as many trailing axes of extent 1 as input 0 has axes behind those that the two share.
    ///
    /// Ranks are not known here, so nodes compute the new shape; constant folding removes them.
    static func align(_ node: inout Node, axis: Int, in scope: inout UpgradeScope) throws(BitdepthError) {
        guard case let left?? = node.inputs.first, let right = node.input(1) else { return }
        if scope.constant(right)?.count == 1 { return }
        let base = node.label
        let axisName = scope.add(try Tensor([Int64(axis)]), named: "\(base)_axis")
        let end = scope.add(try Tensor([Int64.max]), named: "\(base)_end")
        let rightShape = scope.insertBefore("Shape", [right], base: base)
        let rightRank = scope.insertBefore("Shape", [rightShape], base: base)
        let behind = scope.insertBefore("Add", [rightRank, axisName], base: base)
        let leftShape = scope.insertBefore("Shape", [left], base: base)
        let trailing = scope.insertBefore("Slice", [leftShape, behind, end], base: base)
        let count = scope.insertBefore("Shape", [trailing], base: base)
        let one = Attribute.tensor(try Tensor([Int64(1)]))
        let ones = scope.insertBefore("ConstantOfShape", [count], attribute: ("value", one), base: base)
        let shape = scope.insertBefore("Concat", [rightShape, ones], attribute: ("axis", .int(0)), base: base)
        node.inputs[1] = scope.insertBefore("Reshape", [right, shape], base: base)
    }
}
