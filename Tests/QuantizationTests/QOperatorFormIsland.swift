import BitdepthGraphs
import BitdepthTensors
import Testing

/// A node between codes, and what is to become of it.
struct QOperatorFormIsland: Sendable, CustomTestStringConvertible {
    var name: String
    /// The operator on codes that stands there alone afterwards, or the reason why the island stays QDQ.
    var expected: String
    var make: @Sendable (inout QOperatorFormGraphs) throws -> Void
    var testDescription: String { name }

    init(_ name: String, _ expected: String, _ make: @escaping @Sendable (inout QOperatorFormGraphs) throws -> Void) {
        self.name = name
        self.expected = expected
        self.make = make
    }

    static let convertible: [QOperatorFormIsland] = [
        .init("convolution, per channel", "QLinearConv") {
            try $0.output(
                $0.add(
                    "Conv",
                    [$0.input([1, 4, 6, 6]), $0.weight([8, 4, 3, 3], axis: 0), $0.bias(8, isPerChannel: true)]),
                scale: 0.4)
        },
        .init("depthwise convolution, per tensor", "QLinearConv") {
            try $0.output(
                $0.add(
                    "Conv",
                    [$0.input([1, 4, 6, 6]), $0.weight([4, 1, 3, 3], axis: nil), $0.bias(4, isPerChannel: false)],
                    ["group": .int(4), "pads": .ints([1, 1, 1, 1])]), scale: 0.2)
        },
        .init("convolution and Relu", "QLinearConv") {
            let sum = try $0.add("Conv", [$0.input([1, 4, 6, 6]), $0.weight([8, 4, 3, 3], axis: 0)])
            try $0.output($0.add("Relu", [sum]), scale: 0.2, zero: 0)
        },
        .init("matrix product by columns", "QLinearMatMul") {
            try $0.output($0.add("MatMul", [$0.input([2, 5, 16]), $0.weight([16, 6], axis: 1)]), scale: 0.3)
        },
        .init("matrix product of activations", "QLinearMatMul") {
            try $0.output($0.add("MatMul", [$0.input([2, 5, 16]), $0.input([2, 16, 3], scale: 0.02)]), scale: 0.3)
        },
        .init("Gemm, transposed", "com.microsoft.QGemm") {
            let inputs = try [$0.input([5, 16]), $0.weight([6, 16], axis: 0), $0.bias(6, isPerChannel: true)]
            try $0.output($0.add("Gemm", inputs, ["transB": .int(1)]), scale: 0.3)
        },
        .init("Add", "com.microsoft.QLinearAdd") {
            try $0.output($0.add("Add", [$0.input([2, 4, 5]), $0.input([4, 1], scale: 0.03, zero: 12)]))
        },
        .init("Mul", "com.microsoft.QLinearMul") {
            try $0.output($0.add("Mul", [$0.input([2, 4, 5]), $0.input([2, 4, 5], scale: 0.03)]), scale: 0.2)
        },
        .init("Concat", "com.microsoft.QLinearConcat") {
            let inputs = try [$0.input([2, 4, 5]), $0.input([2, 3, 5], scale: 0.03, zero: 12)]
            try $0.output($0.add("Concat", inputs, ["axis": .int(1)]), scale: 0.06)
        },
        .init("Sigmoid", "com.microsoft.QLinearSigmoid") {
            try $0.output($0.add("Sigmoid", [$0.input([2, 200])]), scale: 1 / 256, zero: 0)
        },
        .init("LeakyRelu", "com.microsoft.QLinearLeakyRelu") {
            try $0.output($0.add("LeakyRelu", [$0.input([2, 200])], ["alpha": .float(0.1)]), scale: 0.04)
        },
        .init("Softmax", "com.microsoft.QLinearSoftmax") {
            try $0.output($0.add("Softmax", [$0.input([20, 10])], ["axis": .int(-1)]), scale: 1 / 256, zero: 0)
        },
        .init("AveragePool", "com.microsoft.QLinearAveragePool") {
            let attributes: KeyValuePairs<String, Attribute> = [
                "kernel_shape": .ints([3, 3]), "dilations": .ints([1, 1]),
            ]
            try $0.output($0.add("AveragePool", [$0.input([1, 4, 8, 8])], attributes), scale: 0.03)
        },
        .init("GlobalAveragePool", "com.microsoft.QLinearGlobalAveragePool") {
            try $0.output($0.add("GlobalAveragePool", [$0.input([2, 16, 5, 5])]), scale: 0.013)
        },
        .init("MaxPool", "MaxPool") {
            try $0.output(
                $0.add("MaxPool", [$0.input([1, 4, 8, 8])], ["kernel_shape": .ints([2, 2])]), scale: 0.05, zero: 117)
        },
        .init("Transpose", "Transpose") {
            try $0.output($0.add("Transpose", [$0.input([2, 3, 4])]), scale: 0.05, zero: 117)
        },
        .init("Flatten", "Flatten") {
            try $0.output($0.add("Flatten", [$0.input([2, 3, 4])]), scale: 0.05, zero: 117)
        },
        .init("Reshape", "Reshape") {
            let shape = $0.constant(try Tensor([Int64(6), 4]))
            try $0.output($0.add("Reshape", [$0.input([2, 3, 4]), shape]), scale: 0.05, zero: 117)
        },
        .init("Pad", "Pad") {
            let operands = [$0.constant(try Tensor([Int64(1), 0, 0, 1])), $0.constant(try Tensor(scalar: Float(0.7)))]
            try $0.output($0.add("Pad", [$0.input([3, 4])] + operands), scale: 0.05, zero: 117)
        },
    ]

    /// Islands of a node "n".
    static let staying: [QOperatorFormIsland] = [
        .init("Tanh", "no operator on codes computes Tanh") {
            try $0.output($0.add("Tanh", [$0.input([2, 3])], name: "n"))
        },
        .init("changed scale", "scale or zero point change from its operand to its result") {
            try $0.output($0.add("Flatten", [$0.input([2, 3])], name: "n"))
        },
        .init("unchanged scale of a mean", "its scale does not change, and QLinearAveragePool rounds halves otherwise")
        {
            try $0.output(
                $0.add("AveragePool", [$0.input([1, 1, 4, 4])], ["kernel_shape": .ints([2, 2])], name: "n"), scale: 0.05
            )
        },
        .init("dilated pool", "QLinearAveragePool has no attribute \"dilations\"") {
            let attributes: KeyValuePairs<String, Attribute> = [
                "kernel_shape": .ints([2, 2]), "dilations": .ints([2, 2]),
            ]
            try $0.output($0.add("AveragePool", [$0.input([1, 1, 4, 4])], attributes, name: "n"))
        },
        .init("float result", "its result stays float") {
            $0.graph.outputs = [
                .init(try $0.add("MatMul", [$0.input([2, 3]), $0.weight([3, 2], axis: 1)], name: "n"), nil)
            ]
        },
        .init("result read as float", "its float result is read too") {
            let sum = try $0.add("Add", [$0.input([2, 3]), $0.input([2, 3])], name: "n")
            try $0.output(sum)
            $0.graph.outputs.append(.init(sum, nil))
        },
        .init("float constant", "operand \"factor\" is a float constant") {
            $0.graph.initializers["factor"] = try Tensor([Float(1), 2, 3])
            try $0.output($0.add("Mul", [$0.input([2, 3]), "factor"], name: "n"))
        },
        .init("rows of a weight", "the scales of weight \"c4\" lie on axis 0") {
            try $0.output($0.add("MatMul", [$0.input([2, 3]), $0.weight([3, 2], axis: 0)], name: "n"))
        },
    ]
}
