import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors
import Testing

@testable import BitdepthQuantization

@Suite("Forecasts of quantization")
struct QuantizationForecastTests {
    private func outcomes(_ graph: Graph) throws -> [String: NodeDecision.Outcome] {
        let forecast = try QuantizationForecast(graph, facts: try ShapeInference.facts(of: graph, tolerant: true))
        return Dictionary(zip(graph.nodes.map(\.label), forecast.outcomes)) { first, _ in first }
    }

    @Test("A BatchNormalization goes into the convolution before it, and what follows joins the island")
    func batchNormalization() throws {
        var net = try Net()
        var value = try net.conv("c", "x", 4, 4)
        let ones = try net.constant("ones", [1, 1, 1, 1], [4])
        value = net.add("BatchNormalization", "bn", [value, ones, ones, ones, ones])
        value = net.add("Relu", "r", [value])
        net.output(value)
        let outcomes = try outcomes(net.graph)
        #expect(outcomes["c"] == .quantized)
        #expect(outcomes["bn"] == .fused(into: "c"))
        #expect(outcomes["r"] == .fused(into: "c"))
    }

    @Test("An unknown operator is float, and what it feeds is looked at all the same")
    func unknownOperator() throws {
        var net = try Net()
        net.add(OperatorName("Frobnicate", domain: "test.custom"), "odd", ["x"])
        let value = try net.conv("c", "odd", 4, 4)
        net.output(value)
        let outcomes = try outcomes(net.graph)
        #expect(outcomes["odd"] == .float(reason: "the operator is not supported"))
        #expect(outcomes["c"] == .quantized)
    }

    @Test("What comes after nothing but floats stays float, with the reason")
    func float() throws {
        var net = try Net()
        let value = net.add("Relu", "r", ["x"])
        net.output(value)
        #expect(try outcomes(net.graph)["r"] == .float(reason: "no integer operator feeds it"))
    }

    @Test("A weight behind a Transpose of a constant is a weight")
    func computedConstant() throws {
        var net = try Net([2, 8])
        let weight = try net.random("w", [4, 8])
        let turned = net.add("Transpose", "t", [weight], ["perm": .ints([1, 0])])
        net.output(net.add("MatMul", "m", ["x", turned]))
        let outcomes = try outcomes(net.graph)
        #expect(outcomes["t"] == .fused(into: "a constant"))
        #expect(outcomes["m"] == .quantized)
    }

    @Test("A fused operator is looked at as its parts")
    func fusedOperator() throws {
        var net = try Net([2, 8])
        let weight = try net.random("w", [8, 4])
        let product = OperatorName("FusedGemm", domain: "com.microsoft")
        net.output(net.add(product, "g", ["x", weight], ["activation": .text("Relu")]))
        let outcome = try outcomes(net.graph)["g"]
        if case .float(let reason)? = outcome { Issue.record("it stays float: \(reason)") }
        #expect(outcome != nil)
    }
}
