import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension QOperatorWriter {
    /// An operator that moves elements about, as it is but on codes.
    mutating func movement(_ island: QDQIsland, _ reader: QDQReader) throws(Obstacle) -> Node {
        guard let op = try? OperatorCatalogue.all.decode(island.node), !QOperatorRule.immovable.contains(island.node.op)
        else {
            throw noForm(island)
        }
        let pad = op as? Pad
        guard pad != nil || op.quantization.outputs == .sameScale(asInput: 0) else { throw noForm(island) }
        if island.node.op == "MaxPool", island.node.output(1) != nil { throw Obstacle("its indices are wanted") }
        let first = try result(island, reader)
        let input = try activation(island, 0, like: first)
        var node = island.node
        node.inputs[0] = input.name
        for (index, result) in island.results.enumerated() where island.node.outputs[index] != nil {
            guard let result else { throw Obstacle("one of its results stays float") }
            guard result.means(theSameAs: input) else {
                throw Obstacle("scale or zero point change from its operand to its result")
            }
            node.outputs[index] = result.name
        }
        if let pad, pad.mode == .constant { try setBorder(of: &node, island, input) }
        return node
    }

    private func noForm(_ island: QDQIsland) -> Obstacle {
        Obstacle("no operator on codes computes \(island.node.op.type)")
    }

    /// The border of a Pad as a code; without one it would be code 0, which is not the real 0.
    private mutating func setBorder(of node: inout Node, _ island: QDQIsland, _ input: QuantizedValue) throws(Obstacle)
    {
        var border: Float = 0
        if island.node.input(2) != nil {
            guard case .float(_, let constant?)? = island.operands[2], let values = try? constant.floats(),
                values.count == 1
            else {
                throw Obstacle("its border is not constant")
            }
            border = values[0]
        }
        guard let codes = input.element.integerRange else { return }
        let parameters = QuantizationParameters(scale: input.scales[0], zeroPoint: input.zeroPoints[0], codes: codes)
        let code = parameters.quantize(border)
        let name = try constant("\(node.label)_border") { () throws(BitdepthError) in
            try Tensor(integers: [code], shape: .scalar, type: input.element)
        }
        while node.inputs.count < 3 { node.inputs.append(nil) }
        node.inputs[2] = name
    }
}
