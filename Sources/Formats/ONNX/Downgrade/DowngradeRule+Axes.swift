import BitdepthGraphs
import BitdepthTensors

/// Operators that once worked along fixed axes.
extension DowngradeRule {
    /// Softmax and its kin of the last axis; any other is moved there and back.
    static let alongLastAxis = DowngradeRule.rewrite { node, scope in
        let axis: Int = if case .int(let given)? = node.attributes["axis"] { given } else { -1 }
        let rank = scope.type(node.input(0))?.shape.rank
        if axis == -1 || rank.map({ axis == $0 - 1 }) ?? false {
            node.attributes["axis"] = .int(axis)
            return true
        }
        guard let rank, axis >= -rank, axis < rank, let output = node.output(0) else { return false }
        var order = Array(0..<rank)
        order.swapAt(axis < 0 ? axis + rank : axis, rank - 1)
        let permutation = Attribute.ints(order)
        let moved = scope.insertBefore("Transpose", node.inputs, ["perm": permutation], named: "\(node.label)_moved")
        let result = scope.newName("\(node.label)_along_last_axis")
        scope.insertAfter(
            Node("Transpose", inputs: [result], outputs: [output], attributes: ["perm": permutation]))
        node.inputs = [moved]
        node.outputs = [result]
        node.attributes["axis"] = .int(rank - 1)
        return true
    }

    /// Extents of some axes: cut out of those of all. Source: ONNX Shape-15.
    static let extentsBySlice = DowngradeRule.rewrite { node, scope in
        var (start, end) = (0, Int.max)
        if case .int(let given)? = node.attributes["start"] { start = given }
        if case .int(let given)? = node.attributes["end"] { end = given }
        node.attributes = [:]
        guard start != 0 || end != .max else { return true }
        guard let first = try? Tensor([Int64(start)]), let last = try? Tensor([Int64(end)]) else { return false }
        let all = scope.insertBefore("Shape", node.inputs, named: "\(node.label)_all")
        node.become("Slice", [all, scope.add(first, named: "start"), scope.add(last, named: "end")])
        return true
    }

    /// DepthToSpace of channels that count first: reshaped to blocks, transposed, reshaped back.
    ///
    /// Source: ONNX DepthToSpace-11.
    static let channelsFirstBlocks = DowngradeRule.rewrite { node, scope in
        guard node.has("mode", "CRD") else {
            return DowngradeRule.drop(["mode": .text("DCR")]).apply(&node, &scope)
        }
        guard case .int(let block)? = node.attributes["blocksize"], block > 0, block <= 1 << 16,
            let extents = scope.type(node.input(0))?.shape.dimensions, extents.count == 4,
            let depth = extents[1].value, let height = extents[2].value, let width = extents[3].value,
            depth % (block * block) == 0, let tall = try? Shape([height, block]),
            let wide = try? Shape([width, block]),
            let blocks = try? Tensor([0, depth / (block * block), block, block, height, width].map { Int64($0) }),
            let pixels = try? Tensor([0, depth / (block * block), tall.count, wide.count].map { Int64($0) })
        else { return false }
        let label = node.label
        let blockShape = scope.add(blocks, named: "\(label)_blocks")
        let pixelShape = scope.add(pixels, named: "\(label)_pixels")
        let split = scope.insertBefore("Reshape", [node.input(0), blockShape], named: "\(label)_split")
        let turned = scope.insertBefore(
            "Transpose", [split], ["perm": .ints([0, 1, 4, 2, 5, 3])], named: "\(label)_turned")
        node.become("Reshape", [turned, pixelShape])
        return true
    }
}
