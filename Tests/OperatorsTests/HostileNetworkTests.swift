import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

/// Nodes as a broken or malicious file may hold them: each is an error at evaluation and never a trap.
@Suite("Hostile network operators") struct HostileNetworkTests {
    static let cases: [HostileNode] = (try? makeCases()) ?? []

    private static func makeCases() throws -> [HostileNode] {
        let x = try Tensor(zeros: try Shape([1, 2, 4, 4]), type: .float32)
        let w = try Tensor(zeros: try Shape([2, 2, 3, 3]), type: .float32)
        let flat = try Tensor.floats([1, 2, 3, 4], [2, 2])
        let scale = try Tensor(scalar: Float(1))
        let codes = try Tensor.ints([1, 2, 3, 4], [2, 2], .uint8)
        let hugeList: Attribute = .ints([.max, .max])
        let pooled: [(String, Attribute)] = [("kernel_shape", .ints([2, 2]))]
        let empty = try Tensor(zeros: try Shape([1, 2, 0, 4]), type: .float32)
        var cases: [HostileNode] = [
            HostileNode("Conv", [flat, flat]),
            HostileNode("Conv", [x, flat]),
            HostileNode("Conv", [x, try Tensor(zeros: try Shape([2, 3, 3, 3]), type: .float32)]),
            HostileNode("Conv", [x, try Tensor(zeros: try Shape([2, 2, 5, 5]), type: .float32)]),
            HostileNode("Conv", [x, try Tensor(zeros: try Shape([2, 2, 0, 1]), type: .float32)]),
            HostileNode("Conv", [x, w, try .floats([1, 2, 3])]),
            HostileNode("Conv", [("auto_pad", .text("SOME"))], [x, w]),
            HostileNode("Conv", [("pads", .ints([1 << 31, 1 << 31, 1 << 31, 1 << 31]))], [x, w]),
            HostileNode("Conv", [("pads", .ints([-3, 0, 0, 0]))], [x, w]),
            HostileNode("Conv", [("kernel_shape", .ints([2, 2]))], [x, w]),
            HostileNode("Conv", [("group", .float(1))], [x, w]),
            HostileNode("ConvTranspose", [x, try Tensor(zeros: try Shape([3, 2, 3, 3]), type: .float32)]),
            HostileNode("ConvTranspose", [empty, w]),
            HostileNode("ConvTranspose", [("pads", .ints([9, 9, 9, 9]))], [x, w]),
            HostileNode("ConvTranspose", [("output_shape", .ints([-1, 3]))], [x, w]),
            HostileNode("ConvTranspose", [("output_shape", .ints([1 << 31, 1 << 31]))], [x, w]),
            HostileNode("ConvTranspose", [("output_padding", .ints([.max, 0]))], [x, w]),
            HostileNode("ConvTranspose", [("strides", .ints([1 << 31, 1 << 31]))], [x, w]),
            HostileNode("MaxPool", [x]),
            HostileNode("MaxPool", pooled, [flat]),
            HostileNode("MaxPool", [("kernel_shape", .ints([2]))], [x]),
            HostileNode("MaxPool", [("kernel_shape", .ints([0, 1]))], [x]),
            HostileNode("MaxPool", pooled + [("dilations", .ints([1 << 31, 1 << 31]))], [x]),
            HostileNode("LpPool", pooled + [("p", .int(0))], [x]),
            HostileNode("GlobalAveragePool", [empty]),
            HostileNode("GlobalMaxPool", [try .floats([1])]),
            HostileNode("MatMul", [scale, flat]),
            HostileNode("MatMul", [flat, try .floats([1, 2, 3])]),
            HostileNode("Gemm", [x, flat]),
            HostileNode("Gemm", [flat, flat, try .floats([1, 2, 3])]),
            HostileNode("Gemm", [("alpha", .float(0.5))], [codes, codes]),
            HostileNode(
                "BatchNormalization",
                [x, try .floats([1]), try .floats([1]), try .floats([1]), try .floats([1])]),
            HostileNode("InstanceNormalization", [x, try .floats([1]), try .floats([1])]),
            HostileNode(
                "GroupNormalization", [("num_groups", .int(3))],
                [x, try .floats([1, 1]), try .floats([1, 1])]),
            HostileNode(
                "GroupNormalization", [("num_groups", .int(0))],
                [x, try .floats([1, 1]), try .floats([1, 1])]),
            HostileNode("LayerNormalization", [("axis", .int(.min))], [flat, scale]),
            HostileNode("LayerNormalization", [flat, try .floats([1, 2, 3])]),
            HostileNode("LpNormalization", [("p", .int(3))], [flat]),
            HostileNode("LRN", [("size", .int(.max))], [x]),
            HostileNode("Softmax", [("axis", .int(2))], [flat]),
            HostileNode("Softmax", [scale]),
            HostileNode("Resize", [x]),
            HostileNode("Resize", [x, nil, try .floats([1, 1, 2])]),
            HostileNode("Resize", [x, nil, try .floats([1, 1, -2, 2])]),
            HostileNode("Resize", [x, nil, try .floats([1, 1, .nan, 2])]),
            HostileNode("Resize", [x, nil, try .floats([1e30, 1, 1, 1])]),
            HostileNode("Resize", [x, nil, nil, try .ints([1, 2, .max, .max])]),
            HostileNode("Resize", [x, nil, nil, try .ints([1, 2, 1 << 20, 1 << 20])]),
            HostileNode("Resize", [x, nil, nil, try .ints([1, 2, -1, 4])]),
            HostileNode("Resize", [empty, nil, nil, try .ints([1, 2, 4, 4])]),
            HostileNode("Resize", [("axes", .ints([7]))], [x, nil, nil, try .ints([4])]),
            HostileNode(
                "Resize", [("coordinate_transformation_mode", .text("tf_crop_and_resize"))],
                [x, nil, nil, try .ints([1, 2, 4, 4])]),
            HostileNode("DepthToSpace", [("blocksize", .int(.max))], [x]),
            HostileNode("DepthToSpace", [("blocksize", .int(2))], [x]),
            HostileNode("SpaceToDepth", [("blocksize", .int(3))], [x]),
            HostileNode("SpaceToDepth", [x]),
            HostileNode("QuantizeLinear", [flat, try .floats([1, 2, 3])]),
            HostileNode("QuantizeLinear", [("output_dtype", .int(1))], [flat, scale]),
            HostileNode("QuantizeLinear", [("output_dtype", .int(.max))], [flat, scale]),
            HostileNode("QuantizeLinear", [("axis", .int(.min))], [flat, try .floats([1, 2])]),
            HostileNode("QuantizeLinear", [("block_size", .int(-1))], [flat, scale]),
            HostileNode("QuantizeLinear", [("block_size", .int(.max))], [flat, try .floats([1, 2])]),
            HostileNode("QuantizeLinear", [flat, scale, try .ints([0], [], .int32)]),
            HostileNode("DequantizeLinear", [codes, try .floats([1, 2]), try .ints([1], nil, .uint8)]),
            HostileNode("DequantizeLinear", [codes, scale, try .ints([1], [], .int8)]),
            HostileNode("DequantizeLinear", [flat, scale]),
            HostileNode("MatMulInteger", [codes, codes, try .ints([1, 2, 3], nil, .uint8)]),
            HostileNode("QLinearMatMul", [codes, scale, nil, codes, scale, nil, scale, nil]),
        ]
        for name in ["strides", "dilations", "kernel_shape", "pads"] {
            for value in [hugeList, .ints([0, -1]), .ints([1, 1, 1]), .int(3)] as [Attribute] {
                // A kernel or pad list of wrong length fails later than one of wrong values; all must fail.
                cases.append(HostileNode("Conv", [(name, value)], [x, w]))
                cases.append(
                    HostileNode("AveragePool", pooled.filter { $0.0 != name } + [(name, value)], [x]))
            }
        }
        return cases
    }

    @Test("Each is refused with an error", arguments: cases)
    func refused(_ hostile: HostileNode) {
        #expect(throws: BitdepthError.self) { try hostile.evaluate() }
        hostile.inferWithAndWithoutConstants()
    }

    @Test("The list of cases could be made")
    func listed() { #expect(HostileNetworkTests.cases.count > 80) }
}
