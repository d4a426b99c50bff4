import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import OrderedCollections

/// One walk over a graph, producers first, that replaces operators on codes and collects the new nodes.
struct QOperatorWalk {
    var nodes: [Node] = []
    /// Initializers that the new nodes read.
    var added: OrderedDictionary<ValueName, Tensor> = [:]
    /// Every value that is constant, with its elements; those of the graphs around included.
    let constants: [ValueName: Tensor]
    var taken: Set<ValueName>
    /// Types of values, as far as they are known.
    let types: [ValueName: TensorType]
    /// The parameters of values that hold codes of one scale.
    var parametersOfCodes: [ValueName: CodeParameters] = [:]
    /// The reals of codes that were dequantized already.
    var dequantized: [Dequantization: ValueName] = [:]

    struct Dequantization: Hashable {
        var codes: ValueName
        var scale: ValueName
        var zeroPoint: ValueName?
        var axis: Int?
    }

    /// - Parameter outer: Constants of the graphs around this one.
    init(_ graph: Graph, constants outer: [ValueName: Tensor], taken: Set<ValueName>) {
        self.taken = taken
        var constants = outer
        for name in graph.inputs.map(\.name) { constants[name] = nil }
        for name in graph.initializers.keys { constants[name] = graph.constant(name) }
        for node in graph.nodes where node.op == "Constant" {
            guard let output = node.output(0), case .tensor(let value)? = node.attributes["value"] else { continue }
            constants[output] = value
        }
        self.constants = constants
        // What cannot be inferred is only less known; running the graph says what is wrong with it.
        types = ((try? ShapeInference.facts(of: graph, tolerant: true)) ?? [:]).mapValues(\.type)
    }

    /// Takes a node over as it is.
    mutating func keep(_ node: Node) {
        nodes.append(node)
        guard let input = node.input(0), let output = node.output(0) else { return }
        if node.op == "Identity" {
            parametersOfCodes[output] = parametersOfCodes[input]
        } else if node.op == "QuantizeLinear" {
            parametersOfCodes[output] = parameters(node, scaleAt: 1)
        }
    }

    /// Replaces a node by float ones.
    ///
    /// - Returns: `false` where it has to stay as it is, and nothing was changed.
    mutating func rewrite(_ node: Node) throws(BitdepthError) -> Bool {
        guard let spelling = QOperatorSpelling.all[node.op] else { return try rewriteMovement(node) }
        guard !hasChannelsLast(node) || rankOfData(node) != nil else { return false }
        guard let operands = try operands(of: node, spelling) else { return false }
        let isFloat = spelling.mayBeFloat && node.input(spelling.result) == nil
        let result = isFloat ? nil : resultParameters(node, spelling)
        guard isFloat || result != nil else { return false }

        var float = Node(spelling.op, name: node.name, inputs: [], outputs: node.outputs, annotations: node.annotations)
        float.attributes = node.attributes.filter { !spelling.dropped.contains($0.key) }
        for operand in operands {
            switch operand {
            case .plain(let value): float.inputs.append(value)
            case .codes(let value, let parameters): float.inputs.append(dequantize(value, parameters))
            }
        }
        var quantizer: Node?
        if let result { quantizer = self.quantizer(after: &float, output: 0, result) }
        let moved = moveChannelsFirst(&float, of: node)
        if let moved { nodes.append(moved.before) }
        if float.op == "Softmax" { try appendSoftmax(float, from: node) } else { nodes.append(float) }
        if let moved { nodes.append(moved.after) }
        if let quantizer { nodes.append(quantizer) }
        return true
    }

    /// QLinearSoftmax means what Softmax meant in the version of the operator set that it names.
    private mutating func appendSoftmax(_ node: Node, from original: Node) throws(BitdepthError) {
        var softmax = node
        var axis = -1
        if case .int(let given)? = original.attributes["axis"] { axis = given }
        if let rank = original.input(0).flatMap({ types[$0]?.shape.rank }), axis == rank - 1 { axis = -1 }
        softmax.attributes["axis"] = .int(axis)
        guard case .int(let version)? = original.attributes["opset"], version < 13 else {
            nodes.append(softmax)
            return
        }
        var scope = UpgradeScope(taken: taken, constants: [:])
        try Softmax.upgrade(&softmax, to: 13, in: &scope)
        taken = scope.takenNames
        nodes += scope.before + [softmax] + scope.after
    }
}
