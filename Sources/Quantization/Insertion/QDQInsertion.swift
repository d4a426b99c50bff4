import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Inserts QuantizeLinear and DequantizeLinear nodes as a plan and its parameters say.
public struct QDQInsertion {
    var graph: Graph
    let plan: QuantizationPlan
    let parameters: ValueParameters
    let configuration: QuantizationConfiguration
    let index: GraphIndex
    private var taken: Set<ValueName>
    /// Names of nodes, which some readers of files want to be unique.
    private var takenNodes: Set<String>
    /// For each dequantized form the quantized value.
    private var origins: [ValueName: ValueName] = [:]
    private var newNodes: [Node] = []
    /// Constants that were quantized already: several nodes may read one.
    private var constants: [ConstantKey: ValueName] = [:]
    /// For each weight that is stored as codes, those codes dequantized, as the first node that has them reads them.
    var storedWeights: [ValueName: ValueName] = [:]
    /// What is worth telling: widened channels.
    public internal(set) var notes: [String] = []
    /// Where codes go that memory has no room for.
    var scratch: ScratchFile?

    public init(
        _ graph: Graph, _ plan: QuantizationPlan, _ parameters: ValueParameters,
        _ configuration: QuantizationConfiguration
    ) {
        self.graph = graph
        self.plan = plan
        self.parameters = parameters
        self.configuration = configuration
        index = GraphIndex(graph)
        taken = graph.allNames
        takenNodes = Set(graph.nodes.map(\.name))
    }

    public mutating func run() throws(BitdepthError) -> Graph {
        try quantizeBodies()
        for value in plan.calibratedValues { try insertPair(for: value) }
        for weight in plan.weights { try insertWeight(weight) }
        try storeWeightsOnce()
        for constant in plan.constants { try insertConstant(constant) }
        graph.nodes += newNodes
        try graph.sortTopologically()
        removeUnusedInitializers()
        return graph
    }

    /// Bodies first: what they capture keeps its name until the pairs of the graph around them are inserted.
    private mutating func quantizeBodies() throws(BitdepthError) {
        for body in plan.bodies {
            var inner = QDQInsertion(body.closed.graph, body.plan, parameters, configuration)
            inner.scratch = scratch
            var closed = body.closed
            closed.graph = try inner.run()
            graph.nodes[body.position].attributes[body.attribute] = .graph(closed.opened)
            notes += inner.notes
        }
        guard !plan.bodies.isEmpty else { return }
        // Bodies were quantized one by one, so that new names may meet.
        graph.makeNamesUnique()
        taken = graph.allNames
    }

    // MARK: Activations

    private mutating func insertPair(for value: ValueName) throws(BitdepthError) {
        guard let parameters = parameters[value] else { return }
        let scale = try addConstant(Tensor(scalar: parameters.scale), "\(value)_scale")
        let zero = try addConstant(
            Tensor(integers: [parameters.zeroPoint], shape: .scalar, type: configuration.activations.elementType),
            "\(value)_zero_point")
        let codes = newName("\(value)_QuantizeLinear_Output")
        // An output of the graph keeps its name: what produced it writes under another name in front of the pair. Where a
        // float node produced it, it stays as it was.
        let isIntegerResult =
            index.producer[value].map { plan.decisions[$0].isInteger && !plan.floatResults.contains(value) } ?? false
        let renames = index.outputs.contains(value) && isIntegerResult
        let source = renames ? newName("\(value)_float") : value
        let result = renames ? value : newName("\(value)_DequantizeLinear_Output")
        if renames { renameProducer(of: value, to: source) }
        redirectReaders(of: value, to: result, everyone: isIntegerResult)
        newNodes.append(
            Node(
                "QuantizeLinear", name: newNodeName("\(value)_QuantizeLinear"), inputs: [source, scale, zero],
                outputs: [codes]))
        newNodes.append(
            Node(
                "DequantizeLinear", name: newNodeName("\(value)_DequantizeLinear"), inputs: [codes, scale, zero],
                outputs: [result]))
        origins[result] = value
    }

    private mutating func renameProducer(of value: ValueName, to name: ValueName) {
        guard let producer = index.producer[value] else { return }
        for output in graph.nodes[producer].outputs.indices where graph.nodes[producer].outputs[output] == value {
            graph.nodes[producer].outputs[output] = name
        }
    }

    /// Integer readers read the dequantized value. Behind an integer producer everybody does, so that the float value need
    /// not exist; behind a float producer float readers keep what they had. Codes of another tool are left alone.
    private mutating func redirectReaders(of value: ValueName, to result: ValueName, everyone: Bool) {
        for consumer in Set(index.consumers[value] ?? []) where everyone || plan.decisions[consumer].isInteger {
            guard graph.nodes[consumer].op != "QuantizeLinear" else { continue }
            graph.nodes[consumer].replaceInputs(of: value, with: result)
        }
    }

    /// Parameters of the value that a node read at `input` before anything was inserted.
    func inputParameters(_ position: Int, _ input: Int) -> QuantizationParameters? {
        guard let name = graph.nodes[position].input(input) else { return nil }
        return parameters[origins[name] ?? name]
    }

    // MARK: Constants

    private struct ConstantKey: Hashable {
        var name: ValueName
        var type: ElementType
        var scales: [Float]
        var zeroPoints: [Int]
        var axis: Int?
    }

    /// The result of a DequantizeLinear of constant codes; one that is there already for the same constant and parameters.
    ///
    /// - Parameters:
    ///   - scales: One, or one per index of `axis`.
    mutating func dequantized(
        _ codes: Tensor, of name: ValueName, scales: [Float], zeroPoints: [Int], axis: Int?
    ) throws(BitdepthError) -> ValueName {
        let key = ConstantKey(name: name, type: codes.type, scales: scales, zeroPoints: zeroPoints, axis: axis)
        if let result = constants[key] { return result }
        let shape = axis == nil ? Shape.scalar : Shape.vector(scales.count)
        let quantized = addConstant(try scratch?.holding(codes) ?? codes, "\(name)_quantized")
        let scale = try addConstant(Tensor(scales, shape: shape), "\(name)_scale")
        let zero = try addConstant(Tensor(integers: zeroPoints, shape: shape, type: codes.type), "\(name)_zero_point")
        let result = newName("\(name)_DequantizeLinear_Output")
        var node = Node(
            "DequantizeLinear", name: newNodeName("\(name)_DequantizeLinear"), inputs: [quantized, scale, zero],
            outputs: [result])
        if let axis { node.attributes["axis"] = .int(axis) }
        newNodes.append(node)
        constants[key] = result
        return result
    }

    // MARK: Names and leftovers

    private mutating func newName(_ base: String) -> ValueName {
        let name = graph.unusedName(base, taken: taken)
        taken.insert(name)
        return name
    }

    private mutating func newNodeName(_ base: String) -> String {
        var name = base
        var number = 1
        while !takenNodes.insert(name).inserted {
            name = "\(base)_\(number)"
            number += 1
        }
        return name
    }

    private mutating func addConstant(_ tensor: Tensor, _ base: String) -> ValueName {
        let name = newName(base)
        graph.initializers[name] = tensor
        return name
    }

    /// Float constants that nobody reads any more go; so do the inputs for which they stood in, which old files list.
    private mutating func removeUnusedInitializers() {
        let used = GraphIndex(graph)
        for name in Array(graph.initializers.keys) where !used.isUsed(name) && index.isUsed(name) {
            graph.initializers[name] = nil
            graph.inputs.removeAll { $0.name == name }
        }
    }
}
