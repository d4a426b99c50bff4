import BitdepthGraphs
import BitdepthPasses
import BitdepthTensors
import Testing

@Suite("Fusing logistic activations and Softmax")
struct LogisticTests {
    private typealias Body = (inout GraphMaker) throws -> ValueName

    private func fused(_ opset: Int = .max, _ body: Body) throws -> Graph {
        var maker = try GraphMaker(input: [4, 25], seed: 17)
        maker.output(try body(&maker))
        return try expectUnchanged(maker.graph, by: ActivationFusion(opset: opset)).graph
    }

    /// `1 + exp(−x)`.
    private func denominator(_ maker: inout GraphMaker) throws -> ValueName {
        maker.add("Add", [maker.add("Exp", [maker.add("Neg", ["x"])]), try maker.scalar(1)])
    }

    @Test("SiLU is Swish in either order, from operator set 24 on")
    func silu() throws {
        #expect(try fused { maker in maker.add("Mul", ["x", maker.add("Sigmoid", ["x"])]) }.operators == ["Swish"])
        #expect(try fused { maker in maker.add("Mul", [maker.add("Sigmoid", ["x"]), "x"]) }.operators == ["Swish"])
        #expect(
            try fused { maker in maker.add("Div", ["x", try denominator(&maker)]) }.operators == ["Swish"])
        let old = try fused(23) { maker in maker.add("Mul", ["x", maker.add("Sigmoid", ["x"])]) }
        #expect(old.operators == ["Sigmoid", "Mul"])
    }

    @Test("A factor inside becomes Swish's alpha; one per column does not")
    func scaledSilu() throws {
        let quick = try fused { maker in
            maker.add("Mul", ["x", maker.add("Sigmoid", [maker.add("Mul", [try maker.scalar(1.702), "x"])])])
        }
        #expect(quick.operators == ["Swish"])
        #expect(quick.nodes[0].attributes["alpha"] == .float(1.702))
        let perColumn = try fused { maker in
            maker.add("Mul", ["x", maker.add("Sigmoid", [maker.add("Mul", [try maker.random([25]), "x"])])])
        }
        #expect(perColumn.operators == ["Mul", "Sigmoid", "Mul"])
    }

    @Test("Another value than the gate's own is no SiLU")
    func gate() throws {
        let other = try fused { maker in maker.add("Mul", [maker.add("Neg", ["x"]), maker.add("Sigmoid", ["x"])]) }
        #expect(other.operators == ["Neg", "Sigmoid", "Mul"])
        let tapped = try fused { maker in
            let gate = maker.add("Sigmoid", ["x"])
            maker.output(gate)
            return maker.add("Mul", ["x", gate])
        }
        #expect(tapped.operators == ["Sigmoid", "Mul"])
    }

    @Test("Sigmoid by its formula")
    func sigmoid() throws {
        #expect(
            try fused { maker in maker.add("Div", [try maker.scalar(1), try denominator(&maker)]) }.operators
                == ["Sigmoid"])
        #expect(
            try fused { maker in maker.add("Reciprocal", [try denominator(&maker)]) }.operators == ["Sigmoid"])
        let other = try fused { maker in maker.add("Div", [try maker.scalar(2), try denominator(&maker)]) }
        #expect(other.count(of: "Sigmoid") == 0)
    }

    @Test("Mish by Softplus, and by Exp and Log", arguments: [false, true])
    func mish(byLog: Bool) throws {
        let body: Body = { maker in
            let softplus =
                byLog
                ? maker.add("Log", [maker.add("Add", [try maker.scalar(1), maker.add("Exp", ["x"])])])
                : maker.add("Softplus", ["x"])
            return maker.add("Mul", [maker.add("Tanh", [softplus]), "x"])
        }
        #expect(try fused(.max, body).operators == ["Mish"])
        #expect(try fused(17, body).operators == ["Softplus", "Tanh", "Mul"])
    }

    private func softmax(
        axes: [Int64] = [-1], maximum: [Int64]? = [-1], keepdims: Int = 1, reciprocal: Bool = false
    ) throws -> Graph {
        try fused(.max) { (maker: inout GraphMaker) throws -> ValueName in
            var argument: ValueName = "x"
            if let maximum {
                argument = maker.add("Sub", ["x", maker.add("ReduceMax", ["x", try maker.constant(maximum)])])
            }
            let exponential = maker.add("Exp", [argument])
            let sum = maker.add("ReduceSum", [exponential, try maker.constant(axes)], ["keepdims": .int(keepdims)])
            return reciprocal
                ? maker.add("Mul", [maker.add("Reciprocal", [sum]), exponential])
                : maker.add("Div", [exponential, sum])
        }
    }

    @Test("Softmax by Exp and ReduceSum, with the maximum taken off or not")
    func softmaxes() throws {
        for graph in [try softmax(), try softmax(axes: [1]), try softmax(maximum: nil), try softmax(reciprocal: true)] {
            #expect(graph.operators == ["Softmax"])
            #expect(graph.nodes[0].attributes["axis"] == .int(-1))
            #expect(graph.nodes[0].inputs == ["x"])
        }
        let columns = try softmax(axes: [0], maximum: [-2])
        #expect(columns.operators == ["Softmax"] && columns.nodes[0].attributes["axis"] == .int(0))
    }

    @Test("Over two axes, or with the maximum of another axis, it is no Softmax")
    func noSoftmax() throws {
        #expect(try softmax(axes: [0, 1], maximum: nil).operators == ["Exp", "ReduceSum", "Div"])
        let other = try softmax(axes: [0], maximum: [1])
        // What was taken off is any value then: it takes no part in the fusion.
        #expect(other.operators == ["ReduceMax", "Sub", "Softmax"])
    }
}
