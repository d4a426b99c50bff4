import BitdepthGraphs
import BitdepthTensors

extension QOperatorWalk {
    /// What a float node will read.
    enum Operand {
        case plain(ValueName)
        case codes(ValueName, CodeParameters)
    }

    /// The operands of a node on codes; `nil` where parameters are not constant, or DequantizeLinear cannot say them.
    func operands(of node: Node, _ spelling: QOperatorSpelling) throws(BitdepthError) -> [Operand]? {
        var wanted = spelling.operands
        if let first = spelling.furtherOperands {
            wanted += stride(from: first, to: node.inputs.count, by: 3).map { .codes($0) }
        }
        var operands: [Operand] = []
        for operand in wanted {
            switch operand {
            case .plain(let index): operands.append(.plain(try required(node, index)))
            case .codes(let index, let axis):
                let value = try required(node, index)
                guard
                    let parameters = parameters(
                        node, scaleAt: index + 1, perChannel: axis, rank: types[value]?.shape.rank)
                else { return nil }
                operands.append(.codes(value, parameters))
            case .bias(let index):
                guard let value = node.input(index) else { continue }
                guard let parameters = try biasParameters(value, of: operands, node) else { return nil }
                operands.append(.codes(value, parameters))
            }
        }
        return operands
    }

    private func required(_ node: Node, _ index: Int) throws(BitdepthError) -> ValueName {
        guard let value = node.input(index) else {
            throw BitdepthError(.invalidGraph, "\(node.op.type) lacks its input \(index)")
        }
        return value
    }

    /// The parameters that stand at an input and the one after it.
    func parameters(
        _ node: Node, scaleAt index: Int, perChannel axis: QOperatorSpelling.ParameterAxis? = nil, rank: Int? = nil
    ) -> CodeParameters? {
        guard let scale = constant(node.input(index)) else { return nil }
        let zeroPoint = constant(node.input(index + 1))
        guard (zeroPoint == nil) == (node.input(index + 1) == nil) else { return nil }
        return CodeParameters(scale, zeroPoint, axis: axis?.index(node, rank: rank), fromEnd: axis?.fromEnd ?? 1)
    }

    private func constant(_ name: ValueName?) -> (name: ValueName, tensor: Tensor)? {
        guard let name, let tensor = constants[name] else { return nil }
        return (name, tensor)
    }

    /// Parameters of the output. Where no zero point says it, the type of the codes is that of the first operand.
    func resultParameters(_ node: Node, _ spelling: QOperatorSpelling) -> CodeParameters? {
        guard var parameters = parameters(node, scaleAt: spelling.result) else { return nil }
        guard parameters.zeroPoint == nil else { return parameters }
        guard case .codes(let index, _)? = spelling.operands.first, let value = node.input(index),
            let element = types[value]?.element,
            let output = node.output(0), let zero = try? Tensor(integers: [0], shape: .scalar, type: element)
        else { return nil }
        parameters.zeroPoint = .new(zero, base: "\(output)_zero_point")
        return parameters
    }

    private func biasParameters(_ bias: ValueName, of operands: [Operand], _ node: Node) throws(BitdepthError)
        -> CodeParameters?
    {
        var scales: [Double] = [1]
        if case .float(let alpha)? = node.attributes["alpha"] { scales = [Double(alpha)] }
        for case .codes(_, let parameters) in operands {
            let factors = try parameters.scale.tensor.doubles()
            guard scales.count == 1 || factors.count == 1 else { return nil }
            scales = factors.flatMap { factor in scales.map { $0 * factor } }
        }
        let rounded = scales.map { Float($0) }
        guard rounded.count > 1 else {
            return CodeParameters(scale: .new(try Tensor(rounded, shape: .scalar), base: "\(bias)_scale"))
        }
        guard let dimensions = types[bias]?.shape.dimensions, dimensions.last == .known(rounded.count) else {
            return nil
        }
        return CodeParameters(scale: .new(try Tensor(rounded), base: "\(bias)_scale"), axis: dimensions.count - 1)
    }
}
