import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Weights, biases and other constant operands as codes.
extension QDQInsertion {
    mutating func insertWeight(_ use: QuantizationPlan.WeightUse) throws(BitdepthError) {
        guard let weight = graph.initializers[use.name] else { return }
        let bias = plan.biases.first { $0.position == use.position && $0.weight == use.input }
        let biasValues = try bias.flatMap { graph.initializers[$0.name] }?.floats()
        let activation = inputParameters(use.position, bias?.activation ?? 0)
        let node = graph.nodes[use.position]
        let quantized = try locating(node.place.inside(.init(tensor: use.name.text))) { () throws(BitdepthError) in
            try WeightQuantizer(configuration.weights).quantize(
                weight, axis: use.axis, bias: biasValues, inputScale: activation?.scale ?? 1,
                outputScale: activation == nil ? nil : use.result.flatMap { parameters[$0]?.scale })
        }
        if !quantized.widenedChannels.isEmpty {
            notes.append(
                "\(node.label): the scale of \(quantized.widenedChannels.count) channel(s) was widened so that the bias fits 32 bits"
            )
        }
        let result = try dequantized(
            quantized.codes, of: use.name, scales: quantized.scales, zeroPoints: quantized.zeroPoints,
            axis: quantized.axis)
        graph.nodes[use.position].inputs[use.input] = result
        if storedWeights[use.name] == nil { storedWeights[use.name] = result }
        if let bias, let biasValues, let activation {
            try insertBias(
                bias, biasValues, scales: quantized.scales.map { Float(Double($0) * Double(activation.scale)) })
        }
    }

    /// A sum that stays float for the noise of its activations reads the codes of a weight where other nodes have them: stored
    /// twice, as codes and as floats, a weight would be larger than it was. Nodes that the caller keeps float are left alone.
    mutating func storeWeightsOnce() throws(BitdepthError) {
        for (name, stored) in storedWeights {
            for position in index.consumers[name] ?? [] { try readCodes(stored, of: name, at: position) }
        }
    }

    private mutating func readCodes(
        _ stored: ValueName, of name: ValueName, at position: Int
    ) throws(BitdepthError) {
        let node = graph.nodes[position]
        guard case .float = plan.decisions[position].outcome,
            !configuration.keepFloat.contains(where: { $0.matches(node) })
        else { return }
        let rule = try OperatorCatalogue.all.decode(node).quantization
        for input in node.inputs.indices where node.inputs[input] == name {
            if case .weight = rule.role(ofInput: input) { graph.nodes[position].inputs[input] = stored }
        }
    }

    /// - Parameter scales: One for all, or one per channel; with groups that share scales, those of one group.
    private mutating func insertBias(
        _ use: QuantizationPlan.BiasUse, _ values: [Float], scales: [Float]
    ) throws(BitdepthError) {
        guard let shape = graph.initializers[use.name]?.shape, shape.rank == 1, !scales.isEmpty,
            scales.count == 1 || (!values.isEmpty && values.count % scales.count == 0)
        else { return }
        let biasScales = scales.count == 1 ? scales : values.indices.map { scales[$0 % scales.count] }
        var codes: [Int] = []
        for (channel, value) in values.enumerated() {
            let scale = biasScales[biasScales.count == 1 ? 0 : channel]
            let units = (Double(value) / Double(scale)).rounded(.toNearestOrEven)
            // A bias that does not fit stays float; the engine rounds it by itself or computes in float.
            guard scale.isNormal, abs(units) <= Double(Int32.max) else { return }
            codes.append(Int(units))
        }
        let axis = biasScales.count == 1 ? nil : 0
        graph.nodes[use.position].inputs[use.input] = try dequantized(
            try Tensor(integers: codes, shape: shape, type: .int32), of: use.name, scales: biasScales,
            zeroPoints: [Int](repeating: 0, count: biasScales.count), axis: axis)
    }

    /// A constant operand of an elementwise operator, in the activations' scheme; as a part of a Concat at its scale.
    mutating func insertConstant(_ use: QuantizationPlan.ConstantUse) throws(BitdepthError) {
        guard let constant = graph.initializers[use.name] else { return }
        let values = try constant.floats()
        let shared = use.sharesScaleOf.flatMap { parameters[$0] }
        let range = Double(values.min() ?? 0)...Double(values.max() ?? 0)
        let chosen = shared ?? QuantizationParameters(range: range, scheme: configuration.activations)
        let codes = try Tensor(
            integers: chosen.quantize(values), shape: constant.shape, type: configuration.activations.elementType)
        graph.nodes[use.position].inputs[use.input] = try dequantized(
            codes, of: use.name, scales: [chosen.scale], zeroPoints: [chosen.zeroPoint], axis: nil)
    }
}
