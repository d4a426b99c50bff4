import BitdepthGraphs
import BitdepthPasses
import BitdepthTensors
import Testing

@Suite("Passes on quantized graphs")
struct QuantizedGraphTests {
    /// `Q → DQ → Conv(DQ weight) → BatchNormalization → Relu → Q → DQ`, as a quantizer that did not fold would write it.
    private func graph() throws -> Graph {
        var maker = try GraphMaker(input: [1, 3, 5, 5], seed: 23)
        let zero = maker.constant(try Tensor(scalar: UInt8(128)))
        func roundTrip(_ value: ValueName, scale: Float) throws -> ValueName {
            let scale = try maker.scalar(scale)
            return maker.add("DequantizeLinear", [maker.add("QuantizeLinear", [value, scale, zero]), scale, zero])
        }
        let codes = maker.constant(try Tensor((0..<12).map { Int8($0 * 20 - 120) }, shape: [4, 3, 1, 1]))
        let weight = maker.add("DequantizeLinear", [codes, try maker.scalar(0.01)])
        let conv = maker.add("Conv", [try roundTrip("x", scale: 0.025), weight])
        let activated = maker.add("Relu", [try maker.batchNorm(conv, channels: 4)])
        maker.output(try roundTrip(activated, scale: 0.05))
        return maker.graph
    }

    @Test("The standard pipeline leaves a quantized graph exactly as it is")
    func untouched() throws {
        let (result, changes) = try expectUnchanged(try graph(), by: { try PassPipeline.standard.run(&$0).changes })
        #expect(changes == 0)
        #expect(result.count(of: "DequantizeLinear") == 3)
    }

    @Test("Where quantized weights need not be kept, they become float weights, and the rest folds")
    func dissolved() throws {
        var result = try graph()
        let report = try PassPipeline.inference(keepQDQ: false).run(&result)
        #expect(report["fold constants"] == 1)
        #expect(report["fold batch normalization"] == 1)
        #expect(
            result.operators == [
                "QuantizeLinear", "DequantizeLinear", "Conv", "Relu", "QuantizeLinear", "DequantizeLinear",
            ])
    }

    @Test("A float weight that is quantized and dequantized in the graph is stored quantized")
    func quantizedAhead() throws {
        var maker = try GraphMaker(input: [1, 2], seed: 29)
        let scale = try maker.scalar(0.01)
        let zero = maker.constant(try Tensor(scalar: Int8(0)))
        let codes = maker.add("QuantizeLinear", [try maker.random([2, 2]), scale, zero])
        maker.output(maker.add("MatMul", ["x", maker.add("DequantizeLinear", [codes, scale, zero])]))
        let (result, _) = try expectUnchanged(maker.graph, by: { try PassPipeline.standard.run(&$0).changes })
        #expect(result.operators == ["DequantizeLinear", "MatMul"])
        #expect(result.constant(codes)?.type == .int8)
    }
}
