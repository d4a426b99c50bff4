import BitdepthDataSources
import BitdepthEvaluation
import BitdepthGraphs
import BitdepthOperators
import BitdepthRuntime
import BitdepthTensors
import Testing

@testable import BitdepthQuantization

@Suite("The check behind every quantization") struct GateTests {
    /// The difference between a net of one MatMul and the same net with other weights.
    private func result(_ weights: [Float], samples: Int = 40) throws -> EvaluationResult {
        func net(_ weights: [Float]) throws -> Net {
            var net = try Net([1, 4])
            net.output(net.add("MatMul", "y", ["x", try net.constant("w", weights, [4, 4])]))
            return net
        }
        let identity: [Float] = (0..<16).map { $0 % 5 == 0 ? 1 : 0 }
        let float = try net(identity)
        return try Evaluator(try CompiledGraph(try net(weights).graph), baseline: try CompiledGraph(float.graph))
            .evaluate(try float.samples(samples))
    }

    @Test("Equal answers raise no complaint")
    func equal() throws {
        #expect(Gate(for: .int8).complaints(about: try result((0..<16).map { $0 % 5 == 0 ? 1 : 0 })) == [])
    }

    @Test("Other answers raise one complaint for noise and one for disagreement, with numbers")
    func different() throws {
        let complaints = Gate(for: .int8).complaints(about: try result((0..<16).map { $0 % 5 == 0 ? -1 : 0 }))
        #expect(complaints.count == 2)
        #expect(complaints[0].hasPrefix("output \"y\": SQNR -6.0 dB is below 10.0 dB"))
        #expect(complaints[1].contains("top-1 agrees with the float model on"))
        #expect(complaints[1].contains("at least 90.0 % are needed"))
    }

    @Test("A few samples do not condemn what many would: the upper bound counts")
    func fewSamples() throws {
        // Swapping two of four scores leaves the answer in about half of the cases.
        var swapped: [Float] = (0..<16).map { $0 % 5 == 0 ? 1 : 0 }
        (swapped[0], swapped[1], swapped[4], swapped[5]) = (0, 1, 1, 0)
        let gate = Gate(leastDecibels: -100, leastAgreement: 0.9)
        #expect(gate.complaints(about: try result(swapped, samples: 200)).count == 1)
        #expect(gate.complaints(about: try result(swapped, samples: 1)) == [])
    }

    @Test("Below 8 bits less is asked")
    func thresholds() {
        #expect(Gate(for: .int8) == Gate(leastDecibels: 10, leastAgreement: 0.9))
        var low = QuantizationConfiguration.int8
        low.weights.bits = 4
        #expect(Gate(for: low) == Gate(leastDecibels: 5, leastAgreement: 0.75))
    }

    @Test("The node whose weights lose most alone is the most sensitive one")
    func sensitivities() throws {
        var net = try Net([1, 8])
        let a = net.add("MatMul", "a", ["x", try net.random("a.w", [8, 8], deviation: 0.3)])
        // One huge and many small weights in each column: 8 bits cannot tell the small ones apart.
        let b = net.add(
            "MatMul", "b", [a, try net.constant("b.w", (0..<64).map { $0 < 8 ? 1000 : Float($0 % 5) * 0.5 }, [8, 8])])
        net.output(net.add("MatMul", "c", [b, try net.random("c.w", [8, 8], deviation: 0.3)]))
        let samples = try net.samples(16)
        for portType in [QuantizationConfiguration.PortType.float, .int8] {
            let quantizer = Quantizer(QuantizationConfiguration(portType: portType))
            let found = try quantizer.sensitivities(
                of: quantizer.quantize(net.model, calibratedOn: samples), on: samples)
            #expect(Set(found.map(\.node)) == ["a", "b", "c"])
            #expect(found.map(\.decibels) == found.map(\.decibels).sorted())
            #expect(found.allSatisfy { $0.decibels > 10 && $0.decibels.isFinite })
        }
    }
}
