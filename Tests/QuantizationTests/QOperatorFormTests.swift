import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthQuantization
import BitdepthTensors
import Testing

@Suite("QDQ becomes operators on codes")
struct QOperatorFormTests {
    @Test(
        "Each island becomes one node that computes the same codes", arguments: QOperatorFormIsland.convertible,
        [ElementType.uint8, .int8])
    func conversion(_ island: QOperatorFormIsland, _ element: ElementType) throws {
        var maker = QOperatorFormGraphs(element)
        try island.make(&maker)
        var form = maker.graph
        let reasons = try QOperatorForm().convert(&form)
        #expect(reasons.isEmpty, "\(reasons)")
        try form.validate()
        #expect(form.nodes.map(\.op.description) == [island.expected])
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
        let inputs = try [
            maker.input([1, 4, 6, 6]), maker.weight([8, 4, 3, 3], axis: 0), maker.bias(8, isPerChannel: true),
        ]
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
        let y = try maker.add(
            "Gemm", [maker.input([5, 16]), maker.weight([16, 6], axis: 1), maker.bias(6, isPerChannel: true)])
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

    @Test(
        "Relu and Clip vanish exactly where the output's codes end at their bounds",
        arguments: [
            (Float(0), Float.infinity, 0, 0.1, true), (0, .infinity, 3, 0.1, false), (0, 6, 0, 6 / 255, true),
            (0, 6, 0, 0.1, false),
            (-1, 1, 128, 1.0 / 128, true), (-1, 1, 128, 1.0 / 64, false), (-.infinity, .infinity, 77, 0.1, true),
        ] as [(Float, Float, Int, Float, Bool)])
    func clamps(_ low: Float, _ high: Float, _ zero: Int, _ scale: Float, _ vanishes: Bool) throws {
        var maker = QOperatorFormGraphs()
        let sum = try maker.add(
            "Add", [maker.input([2, 300], scale: 0.02), maker.input([2, 300], scale: 0.03)], name: "sum")
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

    @Test("What has no form on codes stays QDQ, and the reason says why", arguments: QOperatorFormIsland.staying)
    func staying(_ island: QOperatorFormIsland) throws {
        var maker = QOperatorFormGraphs()
        try island.make(&maker)
        var form = maker.graph
        let reasons = try QOperatorForm().convert(&form)
        #expect(form == maker.graph)
        #expect(reasons.map(\.node) == ["n"])
        #expect(reasons.map(\.reason) == [island.expected])
    }

    @Test("ONNX Runtime has no kernel for signed activations with unsigned weights, and none for operands of two types")
    func types() throws {
        var maker = QOperatorFormGraphs(.int8)
        let weight = try maker.weight([8, 4, 1, 1], axis: nil)
        for name in maker.graph.initializers.keys where maker.graph.initializers[name]?.type == .int8 {
            let tensor = try #require(maker.graph.initializers[name])
            maker.graph.initializers[name] = try Tensor(
                integers: try tensor.integers().map { $0 + 64 }, shape: tensor.shape, type: .uint8)
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
