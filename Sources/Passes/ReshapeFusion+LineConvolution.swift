import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension ReshapeFusion {
    /// A convolution over one axis that was widened to two, as frameworks without the former write it.
    static let lineConvolution = Rewriting(
        "line convolution", "squeeze(Conv(unsqueeze(x), w))", becomes: "Conv(x, squeezed w)",
        when: "x is [N, C, L], and the kernel has the extent 1 and no padding along the added axis",
        pattern: reshape(
            .node(
                "Conv",
                inputs: [reshape(.value("x"), as: "widened"), .constant("weight"), .optional(.value("bias"))],
                as: "conv")),
        typed: { match, facts, replacement throws(BitdepthError) in
            let x = try match.value("x")
            let weight = try match.constant("weight")
            var node = try match.node("conv")
            guard let line = facts.dimensions(x), line.count == 3, weight.shape.rank == 4,
                let plane = facts.dimensions(try match.node("widened").output(0)), plane.count == 4,
                let result = facts.dimensions(node.output(0)), result.count == 4,
                let axis = [2, 3].first(where: { plane.dropping($0) == line && plane[$0] == .known(1) }),
                weight.shape[axis] == 1, result[axis] == .known(1),
                facts.dimensions(match.root.output(0)) == result.dropping(axis),
                try dropAxis(axis - 2, of: &node)
            else { return false }
            let squeezed = try weight.reshaped(to: Shape(weight.shape.dimensions.dropping(axis)))
            node.inputs[0] = x
            node.inputs[1] = replacement.change(try match.value("weight"), to: squeezed)
            node.outputs = [replacement.output]
            replacement.add(node)
            return true
        })

    /// Lets the attributes forget one of two spatial axes; `false` where it is padded.
    private static func dropAxis(_ axis: Int, of node: inout Node) throws(BitdepthError) -> Bool {
        let attributes = AttributeReader(node)
        if let pads = try attributes.ints("pads") {
            guard pads.count == 4, pads[axis] == 0, pads[axis + 2] == 0 else { return false }
            node.attributes["pads"] = .ints([pads[1 - axis], pads[3 - axis]])
        }
        for name in ["kernel_shape", "strides", "dilations"] {
            guard let values = try attributes.ints(name) else { continue }
            guard values.count == 2 else { return false }
            node.attributes[name] = .ints([values[1 - axis]])
        }
        return true
    }
}

extension [Dimension] {
    /// The extents without one axis.
    fileprivate func dropping(_ axis: Int) -> [Dimension] { enumerated().filter { $0.offset != axis }.map(\.element) }
}

extension [Int] {
    fileprivate func dropping(_ axis: Int) -> [Int] { enumerated().filter { $0.offset != axis }.map(\.element) }
}
