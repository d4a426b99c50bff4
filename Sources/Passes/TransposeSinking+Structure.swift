import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Operators that name axes: the same axes have other numbers before the transpose.
extension TransposeSinking {
    static let structural = [concatenation, lanes, padding, reduction, squeeze, unsqueeze]

    private static let concatenation = Rewriting(
        "Concat of Transposes", "Concat(Transpose(x), Transpose(y), …)", becomes: "Transpose(Concat(x, y, …))",
        when: "the orders are equal, and there are 2 to 6 parts",
        pattern: .either(
            (2...6).map { count in
                .node("Concat", inputs: (0..<count).map { transpose("x\($0)", as: "transpose\($0)") })
            })
    ) { match, replacement throws(BitdepthError) in
        guard let permutation = try permutation(match, "transpose0"),
            let axis = permutation.inputAxis(try AttributeReader(match.root).int("axis", default: 0))
        else { return false }
        var node = match.root
        for slot in match.root.inputs.indices {
            guard try TransposeSinking.permutation(match, "transpose\(slot)") == permutation else { return false }
            node.inputs[slot] = try match.value("x\(slot)")
        }
        node.attributes["axis"] = .int(axis)
        sink(node, before: try match.node("transpose0"), &replacement)
        return true
    }

    private static let lanes = Rewriting(
        "Softmax of a Transpose", "Softmax(Transpose(x), axis)", becomes: "Transpose(Softmax(x, axis'))", since: 13,
        pattern: .node("Softmax", "LogSoftmax", inputs: [transpose(as: "transpose")])
    ) { match, replacement throws(BitdepthError) in
        guard let permutation = try permutation(match),
            let axis = permutation.inputAxis(try AttributeReader(match.root).int("axis", default: -1))
        else { return false }
        var node = match.root
        node.inputs = [try match.value("x")]
        node.attributes["axis"] = .int(axis)
        sink(node, before: try match.node("transpose"), &replacement)
        return true
    }

    private static let padding = Rewriting(
        "Pad of a Transpose", "Pad(Transpose(x), pads)", becomes: "Transpose(Pad(x, pads'))",
        when: "the pads are constant and name every axis",
        pattern: .node("Pad", inputs: [transpose(as: "transpose"), .constant("pads"), .optional(.value("fill"))])
    ) { match, replacement throws(BitdepthError) in
        let pads = try match.constant("pads").integers()
        guard let permutation = try permutation(match), pads.count == 2 * permutation.axes.count else { return false }
        let rank = permutation.axes.count
        var moved = pads
        for (output, input) in permutation.axes.enumerated() {
            moved[input] = pads[output]
            moved[rank + input] = pads[rank + output]
        }
        var node = match.root
        node.inputs[0] = try match.value("x")
        node.inputs[1] = replacement.change(try match.value("pads"), to: try Tensor(moved.map { Int64($0) }))
        sink(node, before: try match.node("transpose"), &replacement)
        return true
    }

    private static let reduction = Rewriting(
        "reduction of a Transpose", "Reduce(Transpose(x), axes)", becomes: "Transpose(Reduce(x, axes'))",
        when: "the axes are constant; what is left of the Transpose moves",
        pattern: .node(
            "ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin",
            inputs: [transpose(as: "transpose"), .constant("axes")])
    ) { match, replacement throws(BitdepthError) in
        guard let permutation = try permutation(match) else { return false }
        let axes = try match.constant("axes").integers()
        let moved = axes.compactMap(permutation.inputAxis)
        guard !axes.isEmpty, moved.count == axes.count, Set(moved).count == axes.count else { return false }
        var node = match.root
        node.inputs = [
            try match.value("x"),
            replacement.change(try match.value("axes"), to: try Tensor(moved.sorted().map { Int64($0) })),
        ]
        let order =
            try AttributeReader(node).flag("keepdims", default: true)
            ? permutation.axes : permutation.axes.dropping(Set(moved))
        if order == Array(order.indices) {
            replacement.add(node)
        } else {
            sink(node, before: try match.node("transpose"), perm: order, &replacement)
        }
        return true
    }

    /// Towards the convolution that a line of pixels was widened for.
    private static let squeeze = Rewriting(
        "Squeeze of a Transpose", "Squeeze(Transpose(x), axes)", becomes: "Transpose(Squeeze(x, axes'))",
        when: "the axes are constant",
        pattern: .node("Squeeze", inputs: [transpose(as: "transpose"), .constant("axes")])
    ) { match, replacement throws(BitdepthError) in
        guard let permutation = try permutation(match) else { return false }
        let axes = try match.constant("axes").integers()
        let moved = Set(axes.compactMap(permutation.inputAxis))
        guard moved.count == axes.count, moved.count < permutation.axes.count else { return false }
        var node = match.root
        node.inputs = [
            try match.value("x"),
            replacement.change(try match.value("axes"), to: try Tensor(moved.sorted().map { Int64($0) })),
        ]
        sink(node, before: try match.node("transpose"), perm: permutation.axes.dropping(moved), &replacement)
        return true
    }

    /// The other way round, so that the widening stands right before the convolution.
    private static let unsqueeze = Rewriting(
        "Transpose of an Unsqueeze", "Transpose(Unsqueeze(x, axes))", becomes: "Unsqueeze(Transpose(x), axes')",
        when: "the axes are constant and nothing else reads the Unsqueeze",
        pattern: .node(
            "Transpose", inputs: [.node("Unsqueeze", inputs: [.value("x"), .constant("axes")], as: "inner")])
    ) { match, replacement throws(BitdepthError) in
        guard let permutation = Permutation(match.root) else { return false }
        let rank = permutation.axes.count
        let axes = Set(try match.constant("axes").integers().map { $0 < 0 ? $0 &+ rank : $0 })
        let moved = axes.compactMap { permutation.axes.firstIndex(of: $0) }.sorted()
        guard moved.count == axes.count, try match.constant("axes").count == axes.count else { return false }
        var (transpose, unsqueeze) = (match.root, try match.node("inner"))
        let between = replacement.newName("\(replacement.output)_narrow")
        transpose.inputs = [try match.value("x")]
        transpose.outputs = [between]
        transpose.attributes["perm"] = .ints(permutation.axes.dropping(axes))
        unsqueeze.inputs = [
            between, replacement.change(try match.value("axes"), to: try Tensor(moved.map { Int64($0) })),
        ]
        unsqueeze.outputs = [replacement.output]
        replacement.add(transpose)
        replacement.add(unsqueeze)
        return true
    }
}

extension [Int] {
    /// A permutation without some of its axes, the others counted anew.
    fileprivate func dropping(_ dropped: Set<Int>) -> [Int] {
        filter { !dropped.contains($0) }.map { axis in axis - dropped.count { $0 < axis } }
    }
}
