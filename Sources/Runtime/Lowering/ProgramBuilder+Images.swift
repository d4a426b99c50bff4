import BitdepthGraphs
import BitdepthTensors

extension ConvolutionPlan {
    /// The border that the convolution wants around its input.
    func border(fill: UInt8) -> Border? { isPadded ? Border(pads: pads, fill: fill) : nil }
}

extension ProgramBuilder {
    /// The codes of a value as a convolution reads them, with its border around them.
    mutating func imageOfCodes(
        _ name: ValueName, _ plan: ConvolutionPlan, fill: UInt8, node: Node
    ) throws(BitdepthError) -> BufferID {
        let border = plan.border(fill: fill)
        if let image = made(name, with: border) { return image }
        return padded(try codes(name, layout: .channelsLast), plan, border, node)
    }

    /// The same of floats, whose border is 0.
    mutating func imageOfFloats(
        _ name: ValueName, _ plan: ConvolutionPlan, node: Node
    ) throws(BitdepthError) -> BufferID {
        let border = plan.border(fill: 0)
        if let image = made(name, with: border) { return image }
        return padded(try float(name, layout: .channelsLast), plan, border, node)
    }

    /// The result of a convolution, channels last: in the middle of a larger image where its reader wants a border.
    ///
    /// - Parameter plan: Gets the border, if there is one.
    mutating func defineImage(
        _ name: ValueName, shape: Shape, cell: Cell, plan: inout ConvolutionPlan, node: Node
    ) -> View {
        guard let border = borders[name] else { return define(name, shape: shape, layout: .channelsLast, cell: cell) }
        plan.outputPads = border.pads
        let image = BorderedImage(
            images: plan.images, height: plan.output.height, width: plan.output.width, channels: plan.outputs,
            elementBytes: cell.bytes, border: border)
        return defineImage(name, image, shape: shape, cell: cell, node: node)
    }

    /// A value that is made in the middle of a larger image, whose border is filled here.
    mutating func defineImage(
        _ name: ValueName, _ image: BorderedImage, shape: Shape, cell: Cell, node: Node
    ) -> View {
        let view = View(
            buffer: buffer(bytes: image.bytes), shape: shape, layout: .channelsLast, cell: cell, border: image.border)
        define(name, view)
        add(.padding(node, kernel: "border"), reads: [], writes: [view.buffer]) { placement in
            BorderStep(output: placement[view.buffer], image: image)
        }
        return view
    }

    private func made(_ name: ValueName, with border: Border?) -> BufferID? {
        guard let border else { return nil }
        return existingViews(name).first { $0.border == border }?.buffer
    }

    private mutating func padded(
        _ view: View, _ plan: ConvolutionPlan, _ border: Border?, _ node: Node
    ) -> BufferID {
        guard let border else { return view.buffer }
        let image = BorderedImage(
            images: plan.images, height: plan.input.height, width: plan.input.width, channels: plan.channels,
            elementBytes: view.cell.bytes, border: border)
        let target = buffer(bytes: image.bytes)
        add(.padding(node, kernel: "pad"), reads: [view.buffer], writes: [target]) { placement in
            PadStep(input: placement[view.buffer], output: placement[target], image: image)
        }
        return target
    }
}

extension StepDescription {
    fileprivate static func padding(_ node: Node, kernel: String) -> StepDescription {
        StepDescription(
            node: node.label, operatorType: "Pad", fused: [], arithmetic: .movement, multiplyAccumulates: 0,
            kernel: kernel)
    }
}
