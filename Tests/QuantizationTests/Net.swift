import BitdepthCalibration
import BitdepthEvaluation
import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthRuntime
import BitdepthTensors
import Testing

@testable import BitdepthDataSources
@testable import BitdepthQuantization

/// Builds small float networks for tests: values and nodes have the same name.
struct Net {
    var graph: Graph
    private var numbers: SeededGenerator

    /// - Parameter input: The shape of the input "x".
    init(_ input: [Int] = [1, 4, 8, 8], seed: UInt64 = 1) throws {
        graph = Graph(name: "net", inputs: [.init("x", TensorType(.float32, try Shape(input)))])
        numbers = SeededGenerator(seed: seed)
    }

    /// Adds a node; its result has its name.
    @discardableResult
    mutating func add(
        _ op: OperatorName, _ name: String, _ inputs: [ValueName?], _ attributes: KeyValuePairs<String, Attribute> = [:]
    ) -> ValueName {
        var node = Node(op, name: name, inputs: inputs, outputs: [ValueName(name)])
        for (key, value) in attributes { node.attributes[key] = value }
        graph.nodes.append(node)
        return ValueName(name)
    }

    mutating func constant(_ name: String, _ values: [Float], _ shape: [Int]) throws -> ValueName {
        graph.initializers[ValueName(name)] = try Tensor(values, shape: shape)
        return ValueName(name)
    }

    mutating func constant(_ name: String, integers: [Int64]) throws -> ValueName {
        graph.initializers[ValueName(name)] = try Tensor(integers)
        return ValueName(name)
    }

    /// Normally distributed numbers.
    mutating func random(_ name: String, _ shape: [Int], deviation: Float = 1) throws -> ValueName {
        try constant(name, (0..<shape.reduce(1, *)).map { _ in numbers.nextNormal() * deviation }, shape)
    }

    /// A convolution, padded to keep the extents, whose results are about as large as its input.
    mutating func conv(
        _ name: String, _ x: ValueName, _ inputs: Int, _ outputs: Int, kernel: Int = 3, group: Int = 1,
        bias: Bool = true
    ) throws -> ValueName {
        let deviation = 1 / Float(inputs / group * kernel * kernel).squareRoot()
        var operands: [ValueName?] = [
            x, try random(name + ".w", [outputs, inputs / group, kernel, kernel], deviation: deviation),
        ]
        if bias { operands.append(try random(name + ".b", [outputs], deviation: 0.2)) }
        let pad = kernel / 2
        return add(
            "Conv", name, operands,
            ["pads": .ints([pad, pad, pad, pad]), "kernel_shape": .ints([kernel, kernel]), "group": .int(group)])
    }

    mutating func output(_ names: ValueName...) { for name in names { graph.outputs.append(.init(name, nil)) } }

    var model: ModelGraph { ModelGraph(graph: graph, opsets: ["": 24]) }

    /// Normally distributed inputs.
    func samples(_ count: Int = 8, seed: UInt64 = 7, scale: Float = 1) throws -> SampleArray {
        var generator = SeededGenerator(seed: seed)
        var samples: [Sample] = []
        for index in 0..<count {
            var tensors: [String: Tensor] = [:]
            for port in graph.requiredInputs {
                let shape = try #require(port.type?.shape.shape)
                tensors[port.name.text] = try Tensor(
                    (0..<shape.count).map { _ in generator.nextNormal() * scale }, shape: shape)
            }
            samples.append(Sample(name: "sample \(index)", tensors))
        }
        return SampleArray(samples)
    }

    /// The decisions about the graph as it is, without passes before.
    func plan(_ configuration: QuantizationConfiguration = .int8) throws -> QuantizationPlan {
        var planner = try Planner(graph, configuration, facts: try ShapeInference.facts(of: graph))
        return planner.plan()
    }

    func quantized(
        _ configuration: QuantizationConfiguration = .int8, on samples: (any SampleSource)? = nil, threads: Int = 1
    ) throws -> Quantization {
        try Quantizer(configuration, threads: threads).quantize(model, calibratedOn: try samples ?? self.samples())
    }
}

extension QuantizationPlan {
    func outcome(_ node: String) -> NodeDecision.Outcome? { decisions.first { $0.node == node }?.outcome }

    func reason(_ node: String) -> String? {
        if case .float(let reason)? = outcome(node) { reason } else { nil }
    }
}

extension Quantization {
    /// SQNR in dB of an output against the float graph.
    func decibels(_ output: String? = nil, on samples: any SampleSource) throws -> Double {
        let result = try Evaluator(try CompiledGraph(model.graph), baseline: try CompiledGraph(float)).evaluate(samples)
        let name = try #require(output ?? model.graph.outputs.first?.name.text)
        return try #require(result.outputs[name]?.signalToNoise.decibels)
    }
}

/// Reading of QDQ graphs.
extension Graph {
    func node(_ name: String) throws -> Node { try #require(nodes.first { $0.name == name }) }

    /// The node that makes a value.
    func producer(of value: ValueName?) -> Node? { nodes.first { value != nil && $0.outputs.contains(value) } }

    func initializer(_ name: ValueName?) throws -> Tensor { try #require(name.flatMap { initializers[$0] }) }

    /// Scale and zero point of the DequantizeLinear that makes an input of a node.
    func parameters(ofInput input: Int, of name: String) throws -> (
        scales: [Float], zeroPoints: [Int], type: ElementType, axis: Int?
    ) {
        let producer = try #require(producer(of: try node(name).input(input)))
        #expect(producer.op == "DequantizeLinear")
        return try parameters(of: producer)
    }

    /// Scale and zero point of the QuantizeLinear behind a node, if through a fused Relu.
    func parameters(ofResultOf name: String) throws -> (
        scales: [Float], zeroPoints: [Int], type: ElementType, axis: Int?
    ) {
        var value = try #require(try node(name).output(0))
        for _ in 0..<3 {
            let reader = try #require(nodes.first { $0.inputs.contains(value) })
            if reader.op == "QuantizeLinear" { return try parameters(of: reader) }
            value = try #require(reader.output(0))
        }
        Issue.record("no QuantizeLinear behind \(name)")
        return ([], [], .float32, nil)
    }

    func parameters(of node: Node) throws -> (scales: [Float], zeroPoints: [Int], type: ElementType, axis: Int?) {
        let zero = try initializer(node.input(2))
        let axis: Int? = if case .int(let axis)? = node.attributes["axis"] { axis } else { nil }
        return (try initializer(node.input(1)).floats(), try zero.integers(), zero.type, axis)
    }

    func count(_ op: OperatorName) -> Int { nodes.count { $0.op == op } }
}
