import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

/// Nodes as a broken or malicious file may hold them: each is an error at evaluation and never a trap.
@Suite("Hostile network operators") struct HostileNetworkTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var op: OperatorName
        var attributes: [(String, Attribute)] = []
        var inputs: [Tensor?]
        var testDescription: String { "\(op) \(attributes) \(inputs.map { $0?.description ?? "-" })" }
    }

    static let cases: [Case] = (try? makeCases()) ?? []

    private static func makeCases() throws -> [Case] {
        let x = try Tensor(zeros: try Shape([1, 2, 4, 4]), type: .float32)
        let w = try Tensor(zeros: try Shape([2, 2, 3, 3]), type: .float32)
        let flat = try Tensor.floats([1, 2, 3, 4], [2, 2])
        let scale = try Tensor(scalar: Float(1))
        let codes = try Tensor.ints([1, 2, 3, 4], [2, 2], .uint8)
        let hugeList: Attribute = .ints([.max, .max])
        let pooled: [(String, Attribute)] = [("kernel_shape", .ints([2, 2]))]
        let empty = try Tensor(zeros: try Shape([1, 2, 0, 4]), type: .float32)
        var cases = [
            Case(op: "Conv", inputs: [flat, flat]),
            Case(op: "Conv", inputs: [x, flat]),
            Case(op: "Conv", inputs: [x, try Tensor(zeros: try Shape([2, 3, 3, 3]), type: .float32)]),
            Case(op: "Conv", inputs: [x, try Tensor(zeros: try Shape([2, 2, 5, 5]), type: .float32)]),
            Case(op: "Conv", inputs: [x, try Tensor(zeros: try Shape([2, 2, 0, 1]), type: .float32)]),
            Case(op: "Conv", inputs: [x, w, try .floats([1, 2, 3])]),
            Case(op: "Conv", attributes: [("auto_pad", .text("SOME"))], inputs: [x, w]),
            Case(op: "Conv", attributes: [("pads", .ints([1 << 31, 1 << 31, 1 << 31, 1 << 31]))], inputs: [x, w]),
            Case(op: "Conv", attributes: [("pads", .ints([-3, 0, 0, 0]))], inputs: [x, w]),
            Case(op: "Conv", attributes: [("kernel_shape", .ints([2, 2]))], inputs: [x, w]),
            Case(op: "Conv", attributes: [("group", .float(1))], inputs: [x, w]),
            Case(op: "ConvTranspose", inputs: [x, try Tensor(zeros: try Shape([3, 2, 3, 3]), type: .float32)]),
            Case(op: "ConvTranspose", inputs: [empty, w]),
            Case(op: "ConvTranspose", attributes: [("pads", .ints([9, 9, 9, 9]))], inputs: [x, w]),
            Case(op: "ConvTranspose", attributes: [("output_shape", .ints([-1, 3]))], inputs: [x, w]),
            Case(op: "ConvTranspose", attributes: [("output_shape", .ints([1 << 31, 1 << 31]))], inputs: [x, w]),
            Case(op: "ConvTranspose", attributes: [("output_padding", .ints([.max, 0]))], inputs: [x, w]),
            Case(op: "ConvTranspose", attributes: [("strides", .ints([1 << 31, 1 << 31]))], inputs: [x, w]),
            Case(op: "MaxPool", inputs: [x]),
            Case(op: "MaxPool", attributes: pooled, inputs: [flat]),
            Case(op: "MaxPool", attributes: [("kernel_shape", .ints([2]))], inputs: [x]),
            Case(op: "MaxPool", attributes: [("kernel_shape", .ints([0, 1]))], inputs: [x]),
            Case(op: "MaxPool", attributes: pooled + [("dilations", .ints([1 << 31, 1 << 31]))], inputs: [x]),
            Case(op: "LpPool", attributes: pooled + [("p", .int(0))], inputs: [x]),
            Case(op: "GlobalAveragePool", inputs: [empty]),
            Case(op: "GlobalMaxPool", inputs: [try .floats([1])]),
            Case(op: "MatMul", inputs: [scale, flat]),
            Case(op: "MatMul", inputs: [flat, try .floats([1, 2, 3])]),
            Case(op: "Gemm", inputs: [x, flat]),
            Case(op: "Gemm", inputs: [flat, flat, try .floats([1, 2, 3])]),
            Case(op: "Gemm", attributes: [("alpha", .float(0.5))], inputs: [codes, codes]),
            Case(
                op: "BatchNormalization",
                inputs: [x, try .floats([1]), try .floats([1]), try .floats([1]), try .floats([1])]),
            Case(op: "InstanceNormalization", inputs: [x, try .floats([1]), try .floats([1])]),
            Case(
                op: "GroupNormalization", attributes: [("num_groups", .int(3))],
                inputs: [x, try .floats([1, 1]), try .floats([1, 1])]),
            Case(
                op: "GroupNormalization", attributes: [("num_groups", .int(0))],
                inputs: [x, try .floats([1, 1]), try .floats([1, 1])]),
            Case(op: "LayerNormalization", attributes: [("axis", .int(.min))], inputs: [flat, scale]),
            Case(op: "LayerNormalization", inputs: [flat, try .floats([1, 2, 3])]),
            Case(op: "LpNormalization", attributes: [("p", .int(3))], inputs: [flat]),
            Case(op: "LRN", attributes: [("size", .int(.max))], inputs: [x]),
            Case(op: "Softmax", attributes: [("axis", .int(2))], inputs: [flat]),
            Case(op: "Softmax", inputs: [scale]),
            Case(op: "Resize", inputs: [x]),
            Case(op: "Resize", inputs: [x, nil, try .floats([1, 1, 2])]),
            Case(op: "Resize", inputs: [x, nil, try .floats([1, 1, -2, 2])]),
            Case(op: "Resize", inputs: [x, nil, try .floats([1, 1, .nan, 2])]),
            Case(op: "Resize", inputs: [x, nil, try .floats([1e30, 1, 1, 1])]),
            Case(op: "Resize", inputs: [x, nil, nil, try .ints([1, 2, .max, .max])]),
            Case(op: "Resize", inputs: [x, nil, nil, try .ints([1, 2, 1 << 20, 1 << 20])]),
            Case(op: "Resize", inputs: [x, nil, nil, try .ints([1, 2, -1, 4])]),
            Case(op: "Resize", inputs: [empty, nil, nil, try .ints([1, 2, 4, 4])]),
            Case(op: "Resize", attributes: [("axes", .ints([7]))], inputs: [x, nil, nil, try .ints([4])]),
            Case(
                op: "Resize", attributes: [("coordinate_transformation_mode", .text("tf_crop_and_resize"))],
                inputs: [x, nil, nil, try .ints([1, 2, 4, 4])]),
            Case(op: "DepthToSpace", attributes: [("blocksize", .int(.max))], inputs: [x]),
            Case(op: "DepthToSpace", attributes: [("blocksize", .int(2))], inputs: [x]),
            Case(op: "SpaceToDepth", attributes: [("blocksize", .int(3))], inputs: [x]),
            Case(op: "SpaceToDepth", inputs: [x]),
            Case(op: "QuantizeLinear", inputs: [flat, try .floats([1, 2, 3])]),
            Case(op: "QuantizeLinear", attributes: [("output_dtype", .int(1))], inputs: [flat, scale]),
            Case(op: "QuantizeLinear", attributes: [("output_dtype", .int(.max))], inputs: [flat, scale]),
            Case(op: "QuantizeLinear", attributes: [("axis", .int(.min))], inputs: [flat, try .floats([1, 2])]),
            Case(op: "QuantizeLinear", attributes: [("block_size", .int(-1))], inputs: [flat, scale]),
            Case(op: "QuantizeLinear", attributes: [("block_size", .int(.max))], inputs: [flat, try .floats([1, 2])]),
            Case(op: "QuantizeLinear", inputs: [flat, scale, try .ints([0], [], .int32)]),
            Case(op: "DequantizeLinear", inputs: [codes, try .floats([1, 2]), try .ints([1], nil, .uint8)]),
            Case(op: "DequantizeLinear", inputs: [codes, scale, try .ints([1], [], .int8)]),
            Case(op: "DequantizeLinear", inputs: [flat, scale]),
            Case(op: "MatMulInteger", inputs: [codes, codes, try .ints([1, 2, 3], nil, .uint8)]),
            Case(op: "QLinearMatMul", inputs: [codes, scale, nil, codes, scale, nil, scale, nil]),
        ]
        for name in ["strides", "dilations", "kernel_shape", "pads"] {
            for value in [hugeList, .ints([0, -1]), .ints([1, 1, 1]), .int(3)] as [Attribute] {
                // A kernel or pad list of wrong length fails later than one of wrong values; all must fail.
                cases.append(Case(op: "Conv", attributes: [(name, value)], inputs: [x, w]))
                cases.append(
                    Case(op: "AveragePool", attributes: pooled.filter { $0.0 != name } + [(name, value)], inputs: [x]))
            }
        }
        return cases
    }

    @Test("Each is refused with an error", arguments: cases)
    func refused(_ hostile: Case) {
        let node = OneNode(hostile.op, hostile.attributes)
        #expect(throws: BitdepthError.self) { try node.evaluate(hostile.inputs) }
        // Inference may know less than evaluation, but must not trap either.
        let facts = hostile.inputs.map { $0.map(Fact.init(constant:)) }
        _ = try? node.infer(facts)
        _ = try? node.infer(
            hostile.inputs.map { $0.map { Fact($0.type, PartialShape($0.shape.dimensions.map { _ in .unknown })) } })
    }

    @Test("The list of cases could be made")
    func listed() { #expect(HostileNetworkTests.cases.count > 80) }
}
