import BitdepthGraphs
import BitdepthOperators
import BitdepthRuntime
import BitdepthTensors
import OrderedCollections
import Testing

@testable import BitdepthDataSources
@testable import BitdepthQuantization

/// Quantization inside the bodies of control flow.
@Suite("Quantization of bodies")
struct BodyTests {
    private static func node(
        _ op: OperatorName, _ inputs: [String?], _ outputs: [String],
        _ attributes: OrderedDictionary<String, Attribute> = [:]
    ) -> Node {
        Node(
            op, inputs: inputs.map { $0.map { ValueName($0) } }, outputs: outputs.map { ValueName($0) },
            attributes: attributes)
    }

    private static func body(_ inputs: [String], _ nodes: [Node], _ outputs: [String]) -> Graph {
        Graph(
            inputs: inputs.map { Graph.Port(ValueName($0), nil) },
            outputs: outputs.map { Graph.Port(ValueName($0), nil) }, nodes: nodes)
    }

    private static func weight(_ seed: UInt64) throws -> Tensor {
        var generator = SeededGenerator(seed: seed)
        return try Tensor((0..<256).map { _ in Float.random(in: -0.25...0.25, using: &generator) }, shape: [16, 16])
    }

    /// Products in both branches of an If, behind a product of the graph itself.
    private func branching() throws -> ModelGraph {
        var then = Self.body([], [Self.node("MatMul", ["h", "w1"], ["a"])], ["a"])
        then.initializers["w1"] = try Self.weight(1)
        var otherwise = Self.body(
            [], [Self.node("MatMul", ["h", "w2"], ["b"]), Self.node("Relu", ["b"], ["c"])], ["c"])
        otherwise.initializers["w2"] = try Self.weight(2)
        let graph = Graph(
            inputs: [
                Graph.Port("x", TensorType(.float32, try Shape([4, 16]))),
                Graph.Port("condition", TensorType(.bool, Shape.scalar)),
            ],
            outputs: [Graph.Port("y", TensorType(.float32, try Shape([4, 16])))],
            initializers: ["w0": try Self.weight(0)],
            nodes: [
                Self.node("MatMul", ["x", "w0"], ["h"]),
                Self.node(
                    "If", ["condition"], ["y"], ["then_branch": .graph(then), "else_branch": .graph(otherwise)]),
            ])
        return ModelGraph(graph: graph, opsets: ["": 25])
    }

    private func samples(conditions: [Bool]) throws -> SampleArray {
        var generator = SeededGenerator(seed: 9)
        var samples: [Sample] = []
        for (index, condition) in conditions.enumerated() {
            let x = (0..<64).map { _ in Float.random(in: -1...1, using: &generator) }
            samples.append(
                Sample(
                    name: "\(index)",
                    ["x": try Tensor(x, shape: [4, 16]), "condition": try Tensor(scalar: condition)]))
        }
        return SampleArray(samples)
    }

    @Test("Both branches become integer where samples take both, and the results stay near the float ones")
    func branches() throws {
        let conditions = (0..<16).map { $0 % 2 == 0 }
        let source = try samples(conditions: conditions)
        let model = try branching()
        let quantization = try Quantizer(.int8).quantize(model, calibratedOn: source)
        #expect(quantization.plan.allDecisions.filter { $0.outcome == .quantized }.count == 3)
        let float = try CompiledGraph(model.graph).makeSession()
        let compiled = try CompiledGraph(quantization.model.graph)
        let quantized = compiled.makeSession()
        for sample in source.samples {
            let expected = try #require(try float.run(sample.tensors)["y"]).floats()
            let found = try #require(try quantized.run(sample.tensors)["y"]).floats()
            let largest = expected.map(abs).max() ?? 0
            for (a, b) in zip(found, expected) { #expect(abs(a - b) < largest * 0.05) }
            #expect(found != expected)
            let work = try compiled.work(for: sample.tensors).multiplyAccumulates
            #expect(work.integer == work.total)
        }
    }

    @Test("A branch that no calibration sample takes stays float, and says so")
    func unreached() throws {
        let source = try samples(conditions: [Bool](repeating: true, count: 8))
        let quantization = try Quantizer(.int8).quantize(try branching(), calibratedOn: source)
        let reasons = quantization.plan.bodies[1].plan.decisions.map(\.outcome)
        #expect(reasons.contains(.float(reason: "no calibration sample came here")))
        #expect(quantization.plan.bodies[0].plan.quantizesAnything)
    }

    @Test("Statistics of a loop's body are merged over its iterations")
    func loop() throws {
        var body = Self.body(
            ["i", "go", "before"],
            [
                Self.node("MatMul", ["before", "w"], ["product"]), Self.node("Add", ["product", "before"], ["after"]),
                Self.node("Identity", ["go"], ["goes"]),
            ], ["goes", "after"])
        body.initializers["w"] = try Self.weight(3)
        let graph = Graph(
            inputs: [Graph.Port("x", TensorType(.float32, try Shape([16, 16])))],
            outputs: [Graph.Port("y", TensorType(.float32, try Shape([16, 16])))],
            initializers: ["trips": try Tensor(scalar: Int64(5))],
            nodes: [Self.node("Loop", ["trips", nil, "x"], ["y"], ["body": .graph(body)])])
        let source = SampleArray(
            try (10..<13).map { Sample(name: "\($0)", ["x": try Self.weight($0)]) })
        let model = ModelGraph(graph: graph, opsets: ["": 25])
        let quantization = try Quantizer(.int8).quantize(model, calibratedOn: source)
        // Three samples, five iterations, 256 elements.
        #expect(quantization.statistics["before"]?.histogram.finiteCount == 3 * 5 * 256)
        #expect(quantization.plan.bodies[0].plan.quantizesAnything)
        let work = try CompiledGraph(quantization.model.graph).work(for: source.samples[0].tensors)
        #expect(work.multiplyAccumulates.integer == 5 * 16 * 256)
    }
}
