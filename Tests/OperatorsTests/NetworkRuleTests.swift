import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

@Suite("Quantization rules of network operators") struct NetworkRuleTests {
    private func rule(_ type: OperatorName, _ attributes: [(String, Attribute)] = [], inputs: Int = 2) throws
        -> QuantizationRule
    {
        let node = Node(
            type, inputs: (0..<inputs).map { ValueName("x\($0)") }, outputs: ["y"],
            attributes: .init(uniqueKeysWithValues: attributes))
        return try OperatorCatalogue.all.decode(node).quantization
    }

    @Test("Weights have one scale for each output channel, on the axis where these lie")
    func axes() throws {
        #expect(try rule("Conv").role(ofInput: 1) == .weight(axis: 0))
        #expect(try rule("ConvTranspose").role(ofInput: 1) == .weight(axis: 1))
        #expect(try rule("ConvTranspose", [("group", .int(2))]).role(ofInput: 1) == .weight(axis: 1))
        #expect(try rule("Gemm").role(ofInput: 1) == .weight(axis: 1))
        #expect(try rule("Gemm", [("transB", .int(1))]).role(ofInput: 1) == .weight(axis: 0))
        #expect(try rule("MatMul").role(ofInput: 1) == .weight(axis: 1))
    }

    @Test("C of Gemm is a bias only where nothing is scaled")
    func bias() throws {
        #expect(try rule("Gemm", inputs: 3).role(ofInput: 2) == .bias(activation: 0, weight: 1))
        #expect(try rule("Gemm", [("alpha", .float(2))], inputs: 3).role(ofInput: 2) == .untouched)
    }

    @Test("What only moves codes keeps their scale")
    func movement() throws {
        let block: (String, Attribute) = ("blocksize", .int(2))
        #expect(try rule("MaxPool", [("kernel_shape", .ints([2]))], inputs: 1) == .dataMovement)
        #expect(try rule("DepthToSpace", [block], inputs: 1) == .dataMovement)
        #expect(try rule("SpaceToDepth", [block], inputs: 1) == .dataMovement)
        #expect(try rule("Resize", inputs: 3) == .dataMovement)
        #expect(try rule("Resize", [("mode", .text("linear"))], inputs: 3) == .unary)
        #expect(try rule("Softmax", inputs: 1).outputs == .fixed(low: 0, high: 1))
        #expect(try rule("LayerNormalization").isFloat)
    }
}
