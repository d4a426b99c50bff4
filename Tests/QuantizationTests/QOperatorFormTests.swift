import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthQuantization
import BitdepthTensors
import Testing

@Suite("QDQ becomes operators on codes")
struct QOperatorFormTests {
    struct Island: Sendable, CustomTestStringConvertible {
        var name: String
        /// The node on codes that must stand there, alone.
        var op: OperatorName
        var make: @Sendable (inout QOperatorFormGraphs) throws -> Void
        var testDescription: String { name }

        init(_ name: String, _ op: String, domain: String = "com.microsoft", _ make: @escaping @Sendable (inout QOperatorFormGraphs) throws -> Void) {
            self.name = name
            self.op = OperatorName(op, domain: domain)
            self.make = make
        }
    }

    static let islands: [Island] = [
        Island("convolution, per channel", "QLinearConv", domain: "") {
            try $0.output($0.add("Conv", [$0.input([1, 4, 6, 6]), $0.weight([8, 4, 3, 3], axis: 0), $0.bias(8, isPerChannel: true)]), scale: 0.4)
        },
        Island("depthwise convolution, per tensor", "QLinearConv", domain: "") {
            try $0.output(
                $0.add(
                    "Conv", [$0.input([1, 4, 6, 6]), $0.weight([4, 1, 3, 3], axis: nil), $0.bias(4, isPerChannel: false)],
                    ["group": .int(4), "pads": .ints([1, 1, 1, 1])]), scale: 0.2)
        },
        Island("convolution and Relu", "QLinearConv", domain: "") {
            let sum = try $0.add("Conv", [$0.input([1, 4, 6, 6]), $0.weight([8, 4, 3, 3], axis: 0)])
            try $0.output($0.add("Relu", [sum]), scale: 0.2, zero: 0)
        },
        Island("matrix product by columns", "QLinearMatMul", domain: "") {
            try $0.output($0.add("MatMul", [$0.input([2, 5, 16]), $0.weight([16, 6], axis: 1)]), scale: 0.3)
        },
        Island("matrix product of activations", "QLinearMatMul", domain: "") {
            try $0.output($0.add("MatMul", [$0.input([2, 5, 16]), $0.input([2, 16, 3], scale: 0.02)]), scale: 0.3)
        },
        Island("Gemm, transposed", "QGemm") {
            let inputs = try [$0.input([5, 16]), $0.weight([6, 16], axis: 0), $0.bias(6, isPerChannel: true)]
            try $0.output($0.add("Gemm", inputs, ["transB": .int(1)]), scale: 0.3)
        },
        Island("Add", "QLinearAdd") { try $0.output($0.add("Add", [$0.input([2, 4, 5]), $0.input([4, 1], scale: 0.03, zero: 12)])) },
        Island("Mul", "QLinearMul") { try $0.output($0.add("Mul", [$0.input([2, 4, 5]), $0.input([2, 4, 5], scale: 0.03)]), scale: 0.2) },
        Island("Concat", "QLinearConcat") {
            let inputs = try [$0.input([2, 4, 5]), $0.input([2, 3, 5], scale: 0.03, zero: 12)]
            try $0.output($0.add("Concat", inputs, ["axis": .int(1)]), scale: 0.06)
        },
        Island("Sigmoid", "QLinearSigmoid") { try $0.output($0.add("Sigmoid", [$0.input([2, 200])]), scale: 1 / 256, zero: 0) },
        Island("LeakyRelu", "QLinearLeakyRelu") { try $0.output($0.add("LeakyRelu", [$0.input([2, 200])], ["alpha": .float(0.1)]), scale: 0.04) },
        Island("Softmax", "QLinearSoftmax") { try $0.output($0.add("Softmax", [$0.input([20, 10])], ["axis": .int(-1)]), scale: 1 / 256, zero: 0) },
        Island("AveragePool", "QLinearAveragePool") {
            let attributes: KeyValuePairs<String, Attribute> = ["kernel_shape": .ints([3, 3]), "dilations": .ints([1, 1])]
            try $0.output($0.add("AveragePool", [$0.input([1, 4, 8, 8])], attributes), scale: 0.03)
        },
        Island("GlobalAveragePool", "QLinearGlobalAveragePool") {
            try $0.output($0.add("GlobalAveragePool", [$0.input([2, 16, 5, 5])]), scale: 0.013)
        },
        Island("MaxPool", "MaxPool", domain: "") {
            try $0.output($0.add("MaxPool", [$0.input([1, 4, 8, 8])], ["kernel_shape": .ints([2, 2])]), scale: 0.05, zero: 117)
        },
        Island("Transpose", "Transpose", domain: "") { try $0.output($0.add("Transpose", [$0.input([2, 3, 4])]), scale: 0.05, zero: 117) },
        Island("Flatten", "Flatten", domain: "") { try $0.output($0.add("Flatten", [$0.input([2, 3, 4])]), scale: 0.05, zero: 117) },
        Island("Reshape", "Reshape", domain: "") {
            let shape = $0.constant(try Tensor([Int64(6), 4]))
            try $0.output($0.add("Reshape", [$0.input([2, 3, 4]), shape]), scale: 0.05, zero: 117)
        },
        Island("Pad", "Pad", domain: "") {
            let operands = [$0.constant(try Tensor([Int64(1), 0, 0, 1])), $0.constant(try Tensor(scalar: Float(0.7)))]
            try $0.output($0.add("Pad", [$0.input([3, 4])] + operands), scale: 0.05, zero: 117)
        },
    ]

    @Test("Each island becomes one node that computes the same codes", arguments: islands, [ElementType.uint8, .int8])
    func islands(_ island: Island, _ element: ElementType) throws {
        var maker = QOperatorFormGraphs(element)
        try island.make(&maker)
        var form = maker.graph
        let reasons = try QOperatorForm().convert(&form)
        #expect(reasons.isEmpty, "\(reasons)")
        try form.validate()
        #expect(form.nodes.map(\.op) == [island.op])
        #expect(form.outputs == maker.graph.outputs && form.inputs == maker.graph.inputs)
        try expectAgreement(maker.graph, form, maker)

        var back = form
        _ = try QOperatorToQDQ().run(&back)
        try expectAgreement(maker.graph, back, maker)
    }

    /// At most one step anywhere, and equal on 99.9 %.
    private func expectAgreement(_ qdq: Graph, _ form: Graph, _ maker: QOperatorFormGraphs) throws {
        var (total, different) = (0, 0)
        for seed in 0..<8 {
            let samples = try maker.samples(seed)
            let expected = try Interpreter(qdq).run(samples)
            let found = try Interpreter(form).run(samples)
            for output in qdq.outputs {
                let (a, b) = (try #require(expected[output.name]), try #require(found[output.name]))
                #expect(a.shape == b.shape && a.type == b.type)
                for (x, y) in zip(try a.integers(), try b.integers()) {
                    #expect(abs(x - y) <= 1)
                    total += 1
                    different += x == y ? 0 : 1
                }
            }
        }
        #expect(different * 1000 <= total, "\(different) of \(total) codes differ")
    }

    @Test("Constants that only the removed nodes read are gone; the node keeps its name")
    func leftovers() throws {
        var maker = QOperatorFormGraphs()
        let inputs = try [maker.input([1, 4, 6, 6]), maker.weight([8, 4, 3, 3], axis: 0), maker.bias(8, isPerChannel: true)]
        let sum = maker.add("Conv", inputs, name: "conv1")
        maker.graph.valueTypes[sum] = TensorType(.float32, .unknown)
        try maker.output(sum)
        var form = maker.graph
        try QOperatorForm().convert(&form)
        #expect(form.nodes.map(\.name) == ["conv1"])
        let read = Set(form.nodes.flatMap { $0.inputs.compactMap { $0 } })
        #expect(Set(form.initializers.keys).isSubset(of: read))
        // Weight, its two parameters, two pairs of activation parameters, the bias; not the bias' scale.
        #expect(form.initializers.count == 8)
        #expect(form.valueTypes.isEmpty)
    }

    @Test("A float result of Gemm is made by QGemm without an output scale")
    func floatGemm() throws {
        var maker = QOperatorFormGraphs()
        let y = try maker.add("Gemm", [maker.input([5, 16]), maker.weight([16, 6], axis: 1), maker.bias(6, isPerChannel: true)])
        maker.graph.outputs = [.init(y, nil)]
        var form = maker.graph
        #expect(try QOperatorForm().convert(&form).isEmpty)
        #expect(form.nodes.map(\.op.type) == ["QGemm"])
        #expect(form.nodes.first?.inputs.count == 7)
        let samples = try maker.samples(1)
        let expected = try #require(try Interpreter(maker.graph).run(samples)[y]?.floats())
        let found = try #require(try Interpreter(form).run(samples)[y]?.floats())
        #expect(zip(expected, found).allSatisfy { abs($0 - $1) < 1e-4 })
    }

    @Test("A float bias is rounded to the scale of the products")
    func floatBias() throws {
        var maker = QOperatorFormGraphs()
        let bias = maker.constant(try Tensor([Float(0.1), -0.2]))
        try maker.output(maker.add("Conv", [maker.input([1, 4, 6, 6]), maker.weight([2, 4, 1, 1], axis: nil), bias]))
        var form = maker.graph
        #expect(try QOperatorForm().convert(&form).isEmpty)
        let name = try #require(form.nodes.first?.input(8))
        // The scale is 0.05 · 0.004 = 0.0002.
        #expect(form.initializers[name] == (try Tensor([Int32(500), -1000])))
    }

    @Test("Relu and Clip vanish exactly where the output's codes end at their bounds", arguments: [
        (Float(0), Float.infinity, 0, 0.1, true), (0, .infinity, 3, 0.1, false), (0, 6, 0, 6 / 255, true), (0, 6, 0, 0.1, false),
        (-1, 1, 128, 1.0 / 128, true), (-1, 1, 128, 1.0 / 64, false), (-.infinity, .infinity, 77, 0.1, true),
    ] as [(Float, Float, Int, Float, Bool)])
    func clamps(_ low: Float, _ high: Float, _ zero: Int, _ scale: Float, _ vanishes: Bool) throws {
        var maker = QOperatorFormGraphs()
        let sum = try maker.add("Add", [maker.input([2, 300], scale: 0.02), maker.input([2, 300], scale: 0.03)], name: "sum")
        let bounds = [low, high].map { $0.isFinite ? $0 : nil }
        var inputs: [ValueName?] = [sum]
        for bound in bounds { inputs.append(try bound.map { maker.constant(try Tensor(scalar: $0)) }) }
        try maker.output(maker.add("Clip", inputs, name: "clip"), scale: scale, zero: zero)
        var form = maker.graph
        let reasons = try QOperatorForm().convert(&form)
        #expect((form.nodes.map(\.op.type) == ["QLinearAdd"]) == vanishes)
        if vanishes {
            try expectAgreement(maker.graph, form, maker)
        } else {
            #expect(form == maker.graph)
            #expect(reasons.first?.node == "sum")
            #expect(reasons.first?.reason.hasPrefix("Clip does not vanish: it keeps codes ") == true)
        }
    }

    @Test("What has no form on codes stays QDQ, and the reason says why", arguments: [
        Island("Tanh", "no operator on codes computes Tanh") { try $0.output($0.add("Tanh", [$0.input([2, 3])], name: "n")) },
        Island("changed scale", "scale or zero point change from its operand to its result") {
            try $0.output($0.add("Flatten", [$0.input([2, 3])], name: "n"))
        },
        Island("unchanged scale of a mean", "its scale does not change, and QLinearAveragePool rounds halves otherwise") {
            try $0.output($0.add("AveragePool", [$0.input([1, 1, 4, 4])], ["kernel_shape": .ints([2, 2])], name: "n"), scale: 0.05)
        },
        Island("dilated pool", "QLinearAveragePool has no attribute \"dilations\"") {
            let attributes: KeyValuePairs<String, Attribute> = ["kernel_shape": .ints([2, 2]), "dilations": .ints([2, 2])]
            try $0.output($0.add("AveragePool", [$0.input([1, 1, 4, 4])], attributes, name: "n"))
        },
        Island("float result", "its result stays float") {
            $0.graph.outputs = [.init(try $0.add("MatMul", [$0.input([2, 3]), $0.weight([3, 2], axis: 1)], name: "n"), nil)]
        },
        Island("result read as float", "its float result is read too") {
            let sum = try $0.add("Add", [$0.input([2, 3]), $0.input([2, 3])], name: "n")
            try $0.output(sum)
            $0.graph.outputs.append(.init(sum, nil))
        },
        Island("float constant", "operand \"c8\" is a float constant") {
            let input = try $0.input([2, 3])
            for _ in 0..<3 { _ = $0.constant(try Tensor(scalar: Float(0))) }
            let constant = $0.constant(try Tensor([Float(1), 2, 3]))
            try $0.output($0.add("Mul", [input, constant], name: "n"))
        },
        Island("rows of a weight", "the scales of weight \"c4\" lie on axis 0") {
            try $0.output($0.add("MatMul", [$0.input([2, 3]), $0.weight([3, 2], axis: 0)], name: "n"))
        },
    ])
    func reasons(_ island: Island) throws {
        var maker = QOperatorFormGraphs()
        try island.make(&maker)
        var form = maker.graph
        let reasons = try QOperatorForm().convert(&form)
        #expect(form == maker.graph)
        #expect(reasons.map(\.node) == ["n"])
        #expect(reasons.map(\.reason) == [island.op.type])
    }

    @Test("ONNX Runtime has no kernel for signed activations with unsigned weights, and none for operands of two types")
    func types() throws {
        var maker = QOperatorFormGraphs(.int8)
        let weight = try maker.weight([8, 4, 1, 1], axis: nil)
        for name in maker.graph.initializers.keys where maker.graph.initializers[name]?.type == .int8 {
            let tensor = try #require(maker.graph.initializers[name])
            maker.graph.initializers[name] = try Tensor(integers: try tensor.integers().map { $0 + 64 }, shape: tensor.shape, type: .uint8)
        }
        try maker.output(maker.add("Conv", [maker.input([1, 4, 2, 2]), weight]))
        var form = maker.graph
        #expect(try QOperatorForm().convert(&form).map(\.reason) == ["no kernel takes i8 activations with u8 weights"])

        var mixed = QOperatorFormGraphs()
        let a = try mixed.input([2, 3])
        mixed.element = .int8
        try mixed.output(mixed.add("Add", [a, mixed.input([2, 3])]))
        form = mixed.graph
        #expect(try QOperatorForm().convert(&form).map(\.reason) == ["operand \"x0\" is u8 and the result i8"])
    }

    @Test("A float graph stays as it is, without a word")
    func float() throws {
        var graph = Graph(
            inputs: [.init("x", TensorType(.float32, try Shape([2, 3])))], outputs: [.init("y", nil)],
            nodes: [Node("Relu", inputs: ["x"], outputs: ["y"])])
        let before = graph
        #expect(try QOperatorForm().convert(&graph).isEmpty)
        #expect(graph == before)
    }
}
