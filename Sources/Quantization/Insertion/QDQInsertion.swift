import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Inserts QuantizeLinear and DequantizeLinear nodes as a plan and its parameters say.
public struct QDQInsertion {
    private var graph: Graph
    private let plan: QuantizationPlan
    private let parameters: ValueParameters
    private let configuration: QuantizationConfiguration
    private let index: GraphIndex
    private var taken: Set<ValueName>
    /// For each quantized value the name of its dequantized form.
    private var dequantized: [ValueName: ValueName] = [:]
    private var newNodes: [Node] = []
    /// What is worth telling: widened channels.
    public private(set) var notes: [String] = []

    public init(
        _ graph: Graph, _ plan: QuantizationPlan, _ parameters: ValueParameters, _ configuration: QuantizationConfiguration
    ) {
        self.graph = graph
        self.plan = plan
        self.parameters = parameters
        self.configuration = configuration
        index = GraphIndex(graph)
        taken = graph.allNames
    }

    public mutating func run() throws(BitdepthError) -> Graph {
        for value in plan.calibratedValues { try insertPair(for: value) }
        for weight in plan.weights { try insertWeight(weight) }
        graph.nodes += newNodes
        try graph.sortTopologically()
        removeUnusedInitializers()
        return graph
    }

    // MARK: Activations

    private mutating func insertPair(for value: ValueName) throws(BitdepthError) {
        guard let parameters = parameters[value] else { return }
        let element = configuration.activations.elementType
        let scale = try addConstant(Tensor(scalar: parameters.scale), "\(value)_scale")
        let zero = try addConstant(Tensor(integers: [parameters.zeroPoint], shape: .scalar, type: element), "\(value)_zero_point")
        let codes = newName("\(value)_QuantizeLinear_Output")
        let isOutput = index.outputs.contains(value)
        // An output of the graph keeps its name: what produced it writes under another name in front of the pair.
        let source = isOutput ? newName("\(value)_float") : value
        let result = isOutput ? value : newName("\(value)_DequantizeLinear_Output")
        if isOutput { renameProducer(of: value, to: source) }
        redirectReaders(of: value, to: result)
        newNodes.append(
            Node("QuantizeLinear", name: "\(value)_QuantizeLinear", inputs: [source, scale, zero], outputs: [codes]))
        newNodes.append(
            Node("DequantizeLinear", name: "\(value)_DequantizeLinear", inputs: [codes, scale, zero], outputs: [result]))
        dequantized[value] = result
    }

    private mutating func renameProducer(of value: ValueName, to name: ValueName) {
        guard let producer = index.producer[value] else { return }
        for output in graph.nodes[producer].outputs.indices where graph.nodes[producer].outputs[output] == value {
            graph.nodes[producer].outputs[output] = name
        }
    }

    /// Integer readers read the dequantized value. Behind an integer producer everybody does, so that the float value need
    /// not exist; behind a float producer float readers keep what they had.
    private mutating func redirectReaders(of value: ValueName, to result: ValueName) {
        let producerIsInteger = index.producer[value].map { plan.decisions[$0].isInteger } ?? false
        for consumer in Set(index.consumers[value] ?? []) where producerIsInteger || plan.decisions[consumer].isInteger {
            guard plan.decisions[consumer].outcome != .alreadyQuantized else { continue }
            graph.nodes[consumer].replaceInputs(of: value, with: result)
        }
    }

    // MARK: Weights and biases

    private mutating func insertWeight(_ use: QuantizationPlan.WeightUse) throws(BitdepthError) {
        guard let weight = graph.initializers[use.name] else { return }
        let bias = plan.biases.first { $0.position == use.position && $0.weight == use.input }
        let biasValues = try bias.flatMap { graph.initializers[$0.name] }?.floats()
        let activation = bias.flatMap { inputParameters(use.position, $0.activation) }
        let node = graph.nodes[use.position]
        let quantized = try locating(node.place.inside(.init(tensor: use.name.text))) { () throws(BitdepthError) in
            try WeightQuantizer(configuration.weights).quantize(
                weight, axis: use.axis, bias: biasValues, inputScale: activation?.scale ?? 1)
        }
        if !quantized.widenedChannels.isEmpty {
            notes.append(
                "\(node.label): the scale of \(quantized.widenedChannels.count) channel(s) was widened so that the bias fits 32 bits")
        }
        let scaleShape = quantized.axis == nil ? Shape.scalar : Shape.vector(quantized.scales.count)
        let codes = addConstant(quantized.codes, "\(use.name)_quantized")
        let scale = try addConstant(Tensor(quantized.scales, shape: scaleShape), "\(use.name)_scale")
        let zero = try addConstant(
            Tensor(integers: quantized.zeroPoints, shape: scaleShape, type: configuration.weights.elementType), "\(use.name)_zero_point")
        let result = newName("\(use.name)_DequantizeLinear_Output")
        var dequantize = Node(
            "DequantizeLinear", name: "\(use.name)_DequantizeLinear", inputs: [codes, scale, zero], outputs: [result])
        if let axis = quantized.axis { dequantize.attributes["axis"] = .int(axis) }
        newNodes.append(dequantize)
        graph.nodes[use.position].inputs[use.input] = result
        if let bias, let biasValues, let activation {
            try insertBias(bias, biasValues, scales: quantized.scales.map { Float(Double($0) * Double(activation.scale)) })
        }
    }

    private mutating func insertBias(
        _ use: QuantizationPlan.BiasUse, _ values: [Float], scales: [Float]
    ) throws(BitdepthError) {
        guard scales.count == 1 || scales.count == values.count, scales.allSatisfy(\.isNormal),
            let shape = graph.initializers[use.name]?.shape, shape.rank == 1
        else { return }
        var codes: [Int] = []
        for (channel, value) in values.enumerated() {
            let units = (Double(value) / Double(scales[scales.count == 1 ? 0 : channel])).rounded(.toNearestOrEven)
            // A bias that does not fit stays float; the engine rounds it by itself or computes in float.
            guard abs(units) <= Double(Int32.max) else { return }
            codes.append(Int(units))
        }
        let scaleShape = scales.count == 1 ? Shape.scalar : Shape.vector(scales.count)
        let quantized = try addConstant(Tensor(integers: codes, shape: shape, type: .int32), "\(use.name)_quantized")
        let scale = try addConstant(Tensor(scales, shape: scaleShape), "\(use.name)_scale")
        let zero = try addConstant(
            Tensor(integers: [Int](repeating: 0, count: scaleShape.count), shape: scaleShape, type: .int32), "\(use.name)_zero_point")
        let result = newName("\(use.name)_DequantizeLinear_Output")
        var dequantize = Node(
            "DequantizeLinear", name: "\(use.name)_DequantizeLinear", inputs: [quantized, scale, zero], outputs: [result])
        if scales.count > 1 { dequantize.attributes["axis"] = .int(0) }
        newNodes.append(dequantize)
        graph.nodes[use.position].inputs[use.input] = result
    }

    /// Parameters of the value that a node read at `input` before anything was inserted.
    private func inputParameters(_ position: Int, _ input: Int) -> QuantizationParameters? {
        guard let name = graph.nodes[position].input(input) else { return nil }
        if let direct = parameters[name] { return direct }
        return dequantized.first { $0.value == name }.flatMap { parameters[$0.key] }
    }

    // MARK: Names and leftovers

    private mutating func newName(_ base: String) -> ValueName {
        let name = graph.unusedName(base, taken: taken)
        taken.insert(name)
        return name
    }

    private mutating func addConstant(_ tensor: Tensor, _ base: String) -> ValueName {
        let name = newName(base)
        graph.initializers[name] = tensor
        return name
    }

    private mutating func removeUnusedInitializers() {
        let used = GraphIndex(graph)
        let ports = Set(graph.inputs.map(\.name))
        for name in graph.initializers.keys where !used.isUsed(name) && !ports.contains(name) { graph.initializers[name] = nil }
    }
}
