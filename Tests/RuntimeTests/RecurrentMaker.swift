import BitdepthGraphs
import BitdepthTensors

@testable import BitdepthRuntime

/// A recurrent layer to be tested: its operator, its extents, and which of its optional operands it has.
struct RecurrentCase {
    enum Kind: String, CaseIterable, Sendable {
        case rnn, gru, linearGRU, lstm, coupledLSTM, peepholeLSTM

        var op: OperatorName {
            switch self {
            case .rnn: "RNN"
            case .gru, .linearGRU: "GRU"
            case .lstm, .coupledLSTM, .peepholeLSTM: "LSTM"
            }
        }
        var gates: Int { op == "RNN" ? 1 : op == "GRU" ? 3 : 4 }
        var functions: Int { op == "RNN" ? 1 : op == "GRU" ? 2 : 3 }
        var states: Int { op == "LSTM" ? 2 : 1 }
    }

    var kind: Kind
    var steps = 4
    var batch = 1
    var input = 5
    var hidden = 8
    var direction = "forward"
    var isBatchFirst = false
    var isQuantized = false
    var hasBias = true
    /// Whether lengths and first states are constants of the graph instead of inputs.
    var hasConstantOperands = false
    var lengths: [Int]?
    var hasStates = false
    var activations: [String] = []
    var clip: Float?
    /// How many outputs are read, from the last one on.
    var outputs: Int?

    var directions: Int { direction == "bidirectional" ? 2 : 1 }

    init(_ kind: Kind) { self.kind = kind }

    init(_ kind: Kind, _ numbers: inout SeededNumbers) {
        self.kind = kind
        steps = Int.random(in: 1...6, using: &numbers)
        batch = Int.random(in: 1...6, using: &numbers)
        input = numbers.choice([1, 3, 8, 20]) ?? 1
        hidden = numbers.choice([1, 3, 8, 17, 33, 70]) ?? 1
        direction = numbers.choice(["forward", "reverse", "bidirectional"]) ?? ""
        isBatchFirst = numbers.chance(0.4)
        hasBias = numbers.chance(0.7)
        hasConstantOperands = numbers.chance(0.3)
        let steps = steps
        if numbers.chance(0.5) { lengths = (0..<batch).map { _ in Int.random(in: 0...steps, using: &numbers) } }
        hasStates = numbers.chance(0.5)
        if numbers.chance(0.3) { clip = 0.6 }
        if numbers.chance(0.3) {
            let names = [
                "Sigmoid", "Tanh", "Relu", "Affine", "LeakyRelu", "ThresholdedRelu", "ScaledTanh", "HardSigmoid",
                "Softsign",
            ]
            activations = (0..<directions * kind.functions).compactMap { _ in numbers.choice(names) }
        }
        if numbers.chance(0.3) { outputs = Int.random(in: 1...kind.states + 1, using: &numbers) }
    }
}

extension IslandMaker {
    /// Adds a layer with random weights; what is wanted of its outputs become outputs of the graph.
    mutating func add(_ layer: RecurrentCase) throws {
        let (steps, batch, hidden, directions) = (layer.steps, layer.batch, layer.hidden, layer.directions)
        let rows = layer.kind.gates * hidden
        let extents = layer.isBatchFirst ? [batch, steps, layer.input] : [steps, batch, layer.input]
        let reach = 1.5 / Float(max(hidden, 1)).squareRoot()
        let x = try layer.isQuantized ? activation(extents) : floatInput(extents)
        let w = try recurrentWeight([directions, rows, layer.input], layer.isQuantized, 0.7)
        let r = try recurrentWeight([directions, rows, hidden], layer.isQuantized, reach)
        var inputs: [ValueName?] = [x, w, r]
        inputs.append(layer.hasBias ? try floats([directions, 2 * rows]) : nil)
        inputs.append(try layer.lengths.map { lengths in try operand(integers: lengths, layer) })
        let stateShape = layer.isBatchFirst ? [batch, directions, hidden] : [directions, batch, hidden]
        for _ in 0..<layer.kind.states {
            guard layer.hasStates else { inputs.append(nil); continue }
            inputs.append(try layer.hasConstantOperands ? floats(stateShape) : floatInput(stateShape, in: -1...1))
        }
        if layer.kind == .peepholeLSTM { inputs.append(try floats([directions, 3 * hidden])) }
        while inputs.last == .some(nil) { inputs.removeLast() }
        let outputs = (0...layer.kind.states).map { _ in newName("y") }
        var node = Node(layer.kind.op, name: layer.kind.op.type, inputs: inputs, outputs: outputs)
        node.attributes["hidden_size"] = .int(hidden)
        node.attributes["direction"] = .text(layer.direction)
        node.attributes["layout"] = .int(layer.isBatchFirst ? 1 : 0)
        if layer.kind == .linearGRU { node.attributes["linear_before_reset"] = .int(1) }
        if layer.kind == .coupledLSTM { node.attributes["input_forget"] = .int(1) }
        if let clip = layer.clip { node.attributes["clip"] = .float(clip) }
        if !layer.activations.isEmpty {
            node.attributes["activations"] = .strings(layer.activations.map { Array($0.utf8) })
            node.attributes["activation_alpha"] = .floats([0.3, 0.4, 0.9])
            node.attributes["activation_beta"] = .floats([0.2, 0.8])
        }
        graph.nodes.append(node)
        for value in outputs.suffix(layer.outputs ?? outputs.count) { output(value) }
    }

    private mutating func recurrentWeight(
        _ shape: [Int], _ isQuantized: Bool, _ reach: Float
    ) throws -> ValueName {
        guard isQuantized else { return try floats(shape, in: -reach...reach) }
        let codes = try Tensor(
            integers: (0..<shape.reduce(1, *)).map { _ in Int.random(in: -127...127, using: &numbers) },
            shape: try Shape(shape), type: .int8)
        let scales = try Tensor(numbers.floats(shape[1], in: 0.3 * reach / 127...reach / 127))
        return add("DequantizeLinear", [constant(codes), constant(scales)], ["axis": .int(1)])
    }

    private mutating func operand(integers: [Int], _ layer: RecurrentCase) throws -> ValueName {
        let tensor = try Tensor(integers.map(Int32.init))
        if layer.hasConstantOperands { return constant(tensor) }
        let name = newName("n")
        graph.inputs.append(.init(name, TensorType(of: tensor)))
        inputs[name.text] = tensor
        return name
    }
}
