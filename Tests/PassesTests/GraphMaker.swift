import BitdepthGraphs
import BitdepthTensors

/// Writes graphs for tests, node by node, with names that count up.
struct GraphMaker {
    var graph: Graph
    var numbers: SeededNumbers
    private var count = 0

    /// - Parameter input: The shape of the one input, "x".
    init(input: [Int], seed: UInt64 = 0) throws {
        graph = Graph(inputs: [.init("x", TensorType(.float32, try Shape(input)))])
        numbers = SeededNumbers(seed: seed)
    }

    /// Adds a node and returns its output.
    mutating func add(
        _ op: OperatorName, _ inputs: [ValueName?], _ attributes: KeyValuePairs<String, Attribute> = [:]
    ) -> ValueName {
        count += 1
        let output = ValueName("v\(count)")
        var node = Node(op, name: "\(op.type)\(count)", inputs: inputs, outputs: [output])
        for (name, value) in attributes { node.attributes[name] = value }
        graph.nodes.append(node)
        return output
    }

    mutating func constant(_ tensor: Tensor) -> ValueName {
        count += 1
        let name = ValueName("c\(count)")
        graph.initializers[name] = tensor
        return name
    }

    mutating func constant(_ values: [Float], _ shape: [Int]) throws -> ValueName {
        constant(try Tensor(values, shape: shape))
    }
    mutating func constant(_ values: [Int64]) throws -> ValueName { constant(try Tensor(values)) }
    mutating func scalar(_ value: Float) throws -> ValueName { constant(try Tensor(scalar: value)) }

    /// A constant of random numbers, uniform in a range.
    mutating func random(_ shape: [Int], in range: ClosedRange<Float> = -1...1) throws -> ValueName {
        try constant(numbers.floats(shape.reduce(1, *), in: range), shape)
    }

    mutating func output(_ value: ValueName) {
        if !graph.outputs.contains(where: { $0.name == value }) { graph.outputs.append(.init(value, nil)) }
    }

    /// A convolution weight whose outputs are about as large as its inputs.
    mutating func weight(_ shape: [Int]) throws -> ValueName {
        let bound = (3 / Float(max(shape.dropFirst().reduce(1, *), 1))).squareRoot()
        return try random(shape, in: -bound...bound)
    }

    /// BatchNormalization over `channels`, with negative γ and with variances near zero among them.
    mutating func batchNorm(_ x: ValueName, channels: Int, epsilon: Float = 1e-3) throws -> ValueName {
        let variances = (0..<channels).map { _ in
            numbers.chance(0.2) ? Float(1e-9) : Float.random(in: 0.05...2, using: &numbers)
        }
        let gamma = variances.map { variance in
            // A tiny variance goes with a small γ, else it drowns every other channel.
            Float.random(in: -1.5...1.5, using: &numbers) * (variance < 1e-6 ? 0.03 : 1)
        }
        return add(
            "BatchNormalization",
            [
                x, try constant(gamma, [channels]), try random([channels]), try random([channels], in: -0.5...0.5),
                try constant(variances, [channels]),
            ], ["epsilon": .float(epsilon)])
    }
}
