import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension QOperatorWalk {
    /// An operator that moves codes of known parameters moves the reals that they stand for: exactly, because codes come
    /// back from their reals as they were.
    mutating func rewriteMovement(_ node: Node) throws(BitdepthError) -> Bool {
        guard let input = node.input(0), let parameters = parametersOfCodes[input], node.op != "Identity",
            let op = try? OperatorCatalogue.all.decode(node)
        else { return false }
        var float = node
        var operands = [0]
        if let pad = op as? Pad {
            guard let border = try border(node, pad, parameters) else { return false }
            float.inputs =
                Array(node.inputs.prefix(2)) + [
                    border == 0 ? nil : add(try Tensor(scalar: border), "\(node.label)_border")
                ]
            float.inputs += node.inputs.dropFirst(3)
            if float.inputs.count == 3, border == 0 { float.inputs.removeLast() }
        } else if case .sharedScale = op.quantization.outputs {
            operands = Array(node.inputs.indices)
            let all = operands.map { node.input($0).flatMap { parametersOfCodes[$0] } }
            guard all.allSatisfy({ $0?.mean(theSameAs: parameters) == true }) else { return false }
        } else {
            guard case .sameScale(asInput: 0) = op.quantization.outputs else { return false }
        }
        for index in operands {
            if let value = node.input(index) {
                float.inputs[index] = dequantize(value, parametersOfCodes[value] ?? parameters)
            }
        }
        // MaxPool's second output are indices.
        let results = node.op == "Split" ? Array(node.outputs.indices) : [0]
        var quantizers: [Node] = []
        for index in results {
            if let quantizer = quantizer(after: &float, output: index, parameters) { quantizers.append(quantizer) }
        }
        nodes.append(float)
        nodes += quantizers
        return true
    }

    /// What a Pad of codes puts around them, as a real; `nil` where it is not constant.
    private func border(_ node: Node, _ pad: Pad, _ parameters: CodeParameters) throws(BitdepthError) -> Float? {
        guard pad.mode == .constant else { return 0 }
        guard let scale = try parameters.scale.tensor.floats().first else { return nil }
        var code = 0
        if let fill = node.input(2) {
            guard let constant = try constants[fill]?.integers(), constant.count == 1 else { return nil }
            code = constant[0]
        }
        let zero = try parameters.zeroPoint?.tensor.integers().first ?? 0
        return Float(code &- zero) * scale
    }
}
