import BitdepthGraphs
import BitdepthTensors

extension QOperatorWalk {
    /// The reals that codes stand for; the node that makes them is shared by all that read them.
    mutating func dequantize(_ codes: ValueName, _ parameters: CodeParameters) -> ValueName {
        let (scale, zeroPoint) = names(of: parameters)
        let key = Dequantization(codes: codes, scale: scale, zeroPoint: zeroPoint, axis: parameters.axis)
        if let reals = dequantized[key] { return reals }
        let reals = newName("\(codes)_DequantizeLinear_Output")
        var node = Node(
            "DequantizeLinear", name: "\(codes)_DequantizeLinear",
            inputs: [codes, scale] + (zeroPoint.map { [$0] } ?? []),
            outputs: [reals])
        if let axis = parameters.axis { node.attributes["axis"] = .int(axis) }
        nodes.append(node)
        dequantized[key] = reals
        return reals
    }

    /// Lets `node` make a float value, and makes the node that turns it into the codes that it made before.
    mutating func quantizer(after node: inout Node, output index: Int, _ parameters: CodeParameters) -> Node? {
        guard let codes = node.output(index) else { return nil }
        let reals = newName("\(codes)_float")
        let (scale, zeroPoint) = names(of: parameters)
        node.outputs[index] = reals
        parametersOfCodes[codes] = CodeParameters(
            scale: .existing(scale, parameters.scale.tensor),
            zeroPoint: zeroPoint.flatMap { name in parameters.zeroPoint.map { .existing(name, $0.tensor) } })
        return Node(
            "QuantizeLinear", name: "\(codes)_QuantizeLinear", inputs: [reals, scale] + (zeroPoint.map { [$0] } ?? []),
            outputs: [codes])
    }

    private mutating func names(of parameters: CodeParameters) -> (scale: ValueName, zeroPoint: ValueName?) {
        (name(parameters.scale), parameters.zeroPoint.map { name($0) })
    }

    private mutating func name(_ constant: CodeParameters.Constant) -> ValueName {
        switch constant {
        case .existing(let name, _): name
        case .new(let tensor, let base): add(tensor, base)
        }
    }

    mutating func add(_ tensor: Tensor, _ base: String) -> ValueName {
        let name = newName(base)
        added[name] = tensor
        return name
    }

    mutating func newName(_ base: String) -> ValueName {
        var name = ValueName(base)
        var number = 1
        while !taken.insert(name).inserted {
            name = ValueName("\(base)_\(number)")
            number += 1
        }
        return name
    }
}
