import BitdepthGraphs
import BitdepthTensors

extension QOperatorWriter {
    /// A sum of products: activation, weight, then bias and result in the operator's order.
    mutating func node(_ sum: QOperatorRule.Sum, _ island: QDQIsland, _ reader: QDQReader) throws(Obstacle) -> Node {
        let isFloat = sum.mayBeFloat && island.result == nil && !reader.isQuantizedToo(island.node.output(0))
        let result = isFloat ? nil : try result(island, reader)
        let activation = try activation(island, 0, like: result)
        let weight = try weight(sum, island, reader)
        guard QOperatorRule.weightTypes[activation.element]?.contains(weight.element) ?? false else {
            throw Obstacle(
                "no kernel takes \(activation.element.shortName) activations with \(weight.element.shortName) weights")
        }
        let bias = sum.hasBias ? try bias(island, activation, weight) : nil
        var inputs = try withParameters(activation) + withParameters(weight)
        let quantizes = try result.map { result throws(Obstacle) in try parameters(of: result) } ?? []
        inputs += sum.mayBeFloat ? [bias] + quantizes : quantizes + [bias]
        while let last = inputs.last, last == nil { inputs.removeLast() }
        var node = node(sum.op, island, inputs: inputs, result)
        node.attributes["beta"] = nil
        return node
    }

    private func weight(_ sum: QOperatorRule.Sum, _ island: QDQIsland, _ reader: QDQReader) throws(Obstacle)
        -> QuantizedValue
    {
        guard case .codes(let weight)? = island.operands.count > 1 ? island.operands[1] : nil else {
            throw Obstacle("its weight is not quantized")
        }
        guard weight.element.bitWidth == 8 else {
            throw Obstacle("weight \"\(weight.name)\" has codes of type \(weight.element.shortName), not u8 or i8")
        }
        guard let axis = weight.axis else { return weight }
        let isTransposed = island.node.attributes["transB"] == .int(1)
        guard axis == (isTransposed ? 1 - sum.weightAxis : sum.weightAxis) else {
            throw Obstacle("the scales of weight \"\(weight.name)\" lie on axis \(axis)")
        }
        if let rank = sum.weightRank, (weight.constant?.shape.rank ?? reader.rank(weight.name)) != rank {
            throw Obstacle("weight \"\(weight.name)\" is no matrix and has more than one scale")
        }
        if sum.wantsOneZeroPoint, Set(weight.zeroPoints).count > 1 {
            throw Obstacle("the channels of weight \"\(weight.name)\" have different zero points")
        }
        return weight
    }

    /// The bias in 32 bits at the scale of the products: as it is, or rounded to that scale.
    private mutating func bias(
        _ island: QDQIsland, _ activation: QuantizedValue, _ weight: QuantizedValue
    ) throws(Obstacle) -> ValueName? {
        guard let operand = island.operands.count > 2 ? island.operands[2] : nil else { return nil }
        if let beta = island.node.float("beta"), beta != 1 { throw Obstacle("beta is \(beta), not 1") }
        let alpha = Double(island.node.float("alpha") ?? 1)
        let scales = weight.scales.map { Float(alpha * Double($0) * Double(activation.scales[0])) }
        guard case .codes(let codes) = operand, codes.element == .int32, codes.scales == scales,
            codes.zeroPoints.allSatisfy({ $0 == 0 }),
            codes.axis == nil || codes.axis == (codes.constant?.shape.rank).map({ $0 - 1 })
        else { return try rounded(operand, scales: scales) }
        return codes.name
    }

    private mutating func rounded(_ operand: QDQIsland.Operand, scales: [Float]) throws(Obstacle) -> ValueName {
        guard let (name, values, shape) = operand.reals else { throw Obstacle("its bias is not constant") }
        guard scales.count == 1 || shape.dimensions.last == scales.count else {
            throw Obstacle("its bias has shape \(shape), and its weight \(scales.count) scales")
        }
        let units = values.enumerated().map { position, value in
            (value / Double(scales[scales.count == 1 ? 0 : position % scales.count])).rounded(.toNearestOrEven)
        }
        guard units.allSatisfy({ abs($0) <= Double(Int32.max) }) else {
            throw Obstacle("its bias does not fit 32 bits")
        }
        return try constant("\(name)_quantized") { () throws(BitdepthError) in
            try Tensor(integers: units.map { Int($0) }, shape: shape, type: .int32)
        }
    }
}

extension Node {
    fileprivate func float(_ attribute: String) -> Float? {
        if case .float(let value)? = attributes[attribute] { value } else { nil }
    }
}

extension QDQIsland.Operand {
    /// The reals of a constant operand, with its name; `nil` where they are not constant.
    fileprivate var reals: (name: ValueName, values: [Double], shape: Shape)? {
        switch self {
        case .float(let name, let constant):
            guard let constant, let values = try? constant.doubles() else { return nil }
            return (name, values, constant.shape)
        case .codes(let value):
            guard let constant = value.constant, let codes = try? constant.integers() else { return nil }
            // Scales of a vector, and of a matrix' columns, take turns from element to element.
            guard value.isPerTensor || value.axis == constant.shape.rank - 1 else { return nil }
            let values = codes.enumerated().map { position, code in
                Double(code &- value.zeroPoints[position % value.scales.count])
                    * Double(value.scales[position % value.scales.count])
            }
            return (value.name, values, constant.shape)
        }
    }
}
