import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import Testing

@testable import BitdepthQuantization

@Suite("Which nodes become integer") struct PlannerTests {
    @Test("A Relu or Clip that alone reads a convolution is fused into it", arguments: ["Relu", "Clip"])
    func fusion(activation: String) throws {
        var net = try Net()
        let bounds: [ValueName?] =
            activation == "Clip" ? [try net.constant("low", [0], []), try net.constant("high", [6], [])] : []
        let a = try net.conv("a", "x", 4, 4)
        net.output(net.add(OperatorName(activation), "act", [a] + bounds))
        let plan = try net.plan()
        #expect(plan.outcome("a") == .quantized)
        #expect(plan.outcome("act") == .fused(into: "a"))
        #expect(plan.quantizedValues == ["x", "act"])
    }

    @Test("An activation is not fused where the sum has another reader, is an output, or the bounds are not constant")
    func noFusion() throws {
        var shared = try Net()
        let a = try shared.conv("a", "x", 4, 4)
        let r = shared.add("Relu", "r", [a])
        shared.output(shared.add("Add", "sum", [a, r]))
        #expect(try shared.plan().outcome("r") == .quantized)
        #expect(try shared.plan().quantizedValues == ["x", "a", "r", "sum"])

        var output = try Net()
        let b = try output.conv("b", "x", 4, 4)
        output.output(b, output.add("Relu", "r", [b]))
        #expect(try output.plan().outcome("r") == .quantized)

        var computed = try Net()
        computed.graph.inputs.append(.init("bound", TensorType(.float32, Shape.scalar)))
        let c = try computed.conv("c", "x", 4, 4)
        computed.output(computed.add("Clip", "r", [c, "bound"]))
        #expect(try computed.plan().outcome("r") == .quantized)
    }

    @Test("A residual addition joins, both of its inputs carry scales, and its Relu is fused")
    func residual() throws {
        var net = try Net()
        let a = try net.conv("a", "x", 4, 4)
        let b = net.add("Relu", "b", [a])
        let c = try net.conv("c", b, 4, 4)
        let sum = net.add("Add", "sum", [c, b])
        net.output(net.add("Relu", "out", [sum]))
        let plan = try net.plan()
        #expect(plan.outcome("sum") == .quantized)
        #expect(plan.outcome("out") == .fused(into: "sum"))
        #expect(plan.quantizedValues == ["x", "b", "c", "out"])
    }

    @Test("What stands between the last convolution and a choice stays float, and says what chooses")
    func detectionTail() throws {
        var net = try Net()
        let a = net.add("Relu", "a", [try net.conv("c0", "x", 4, 4)])
        let b = try net.conv("c1", a, 4, 4)
        let sum = net.add("Add", "sum", [b, a])
        let doubled = net.add("Mul", "doubled", [sum, sum])
        net.output(net.add("ArgMax", "choice", [doubled]))
        let plan = try net.plan()
        #expect(plan.outcome("doubled") == .float(reason: "ArgMax chooses by its result"))
        #expect(plan.outcome("sum") == .float(reason: "ArgMax chooses by its result"))
        #expect(plan.outcome("c1") == .quantized)
        // Without the choice at its end the same sum joins.
        var plain = try Net()
        let c = plain.add("Relu", "a", [try plain.conv("c0", "x", 4, 4)])
        plain.output(plain.add("Add", "sum", [try plain.conv("c1", c, 4, 4), c]))
        #expect(try plain.plan().outcome("sum") == .quantized)
    }

    @Test("Data movement between integer operators moves codes at one scale, in chains too")
    func movement() throws {
        var net = try Net()
        let a = try net.conv("a", "x", 4, 4)
        let pool = net.add("MaxPool", "pool", [a], ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])])
        let order = net.add("Transpose", "order", [pool], ["perm": .ints([0, 1, 3, 2])])
        net.output(try net.conv("b", order, 4, 4))
        let plan = try net.plan()
        #expect(plan.outcome("pool") == .movesCodes)
        #expect(plan.outcome("order") == .movesCodes)
        #expect(plan.source(of: "order") == "a")
        #expect(plan.source(of: "pool") == "a")
        #expect(Set(plan.observedValues) == ["x", "a", "b"])
    }

    @Test("Movement stays float before the first integer operator and where only float operators follow")
    func floatMovement() throws {
        var net = try Net()
        let first = net.add("Transpose", "first", ["x"], ["perm": .ints([0, 1, 3, 2])])
        let a = try net.conv("a", first, 4, 4)
        let last = net.add("Transpose", "last", [a], ["perm": .ints([0, 1, 3, 2])])
        net.output(net.add("Softmax", "out", [last]))
        let plan = try net.plan()
        #expect(plan.reason("first") == "no integer operator feeds it")
        #expect(plan.reason("last") == "only float operators follow")
        #expect(
            plan.reason("out") == "Softmax needs more than 8 bits inside"
                || plan.reason("out") == "no integer operator feeds it")
    }

    @Test("Codes of an elementwise operator are made only where an integer operator or the caller wants them")
    func lastIsland() throws {
        var net = try Net()
        let a = try net.conv("a", "x", 4, 4)
        let swish = net.add("HardSwish", "swish", [a])
        net.output(net.add("Softmax", "out", [swish]))
        #expect(try net.plan().reason("swish") == "only float operators follow")

        var wanted = try Net()
        let b = try wanted.conv("b", "x", 4, 4)
        wanted.output(try wanted.conv("c", wanted.add("HardSwish", "swish", [b]), 4, 4))
        #expect(try wanted.plan().outcome("swish") == .quantized)

        var output = try Net()
        output.output(output.add("HardSwish", "swish", [try output.conv("b", "x", 4, 4)]))
        #expect(try output.plan().outcome("swish") == .quantized)
    }

    @Test("The fused activation of an elementwise operator that stays float stays float with it")
    func unfused() throws {
        var net = try Net()
        let a = try net.conv("a", "x", 4, 4)
        let r = net.add("Relu", "r", [net.add("Add", "sum", [a, "x"])])
        net.output(net.add("Softmax", "out", [r]))
        let plan = try net.plan()
        #expect(plan.reason("sum") == "only float operators follow")
        #expect(plan.reason("r") == "only float operators follow")
        #expect(plan.quantizedValues == ["x", "a"])
    }

    @Test("Parts of a Concat that only it reads take its scale")
    func concatenation() throws {
        var net = try Net()
        let a = try net.conv("a", "x", 4, 4)
        let b = try net.conv("b", "x", 4, 2)
        let joined = net.add("Concat", "joined", [a, b], ["axis": .int(1)])
        net.output(try net.conv("c", joined, 6, 4), b)
        let plan = try net.plan()
        #expect(plan.outcome("joined") == .quantized)
        #expect(plan.source(of: "a") == "joined")
        #expect(plan.source(of: "b") == "b", "an output of the graph keeps its own scale")
        #expect(plan.joinedValues == ["a", "b"], "their own ranges are observed all the same")
    }

    @Test("Nodes that a selector names stay float and say so", arguments: ["op:Conv", "name:[ab]", "name:a"])
    func keepFloat(selector: String) throws {
        var net = try Net()
        let a = try net.conv("a", "x", 4, 4)
        let b = try net.conv("b", a, 4, 4)
        net.output(net.add("MatMul", "m", [b, try net.random("m.w", [8, 3])]))
        let plan = try net.plan(QuantizationConfiguration(keepFloat: [try NodeSelector(parsing: selector)]))
        #expect(plan.reason("a") == "kept float by \(selector)")
        #expect(plan.outcome("b") == (selector == "name:a" ? .quantized : .float(reason: "kept float by \(selector)")))
        #expect(plan.outcome("m") == .quantized)
    }

    @Test(
        "A selector must be op: or name: with a sound expression",
        arguments: ["Conv", "op:", "kind:Conv", "name:(", ""])
    func badSelectors(text: String) {
        let error = #expect(throws: BitdepthError.self) { try NodeSelector(parsing: text) }
        #expect(error?.code == .badScheme)
        #expect(error?.help.isEmpty == false)
    }

    @Test("An activation that is to stay float is not fused")
    func keptActivation() throws {
        var net = try Net()
        let a = try net.conv("a", "x", 4, 4)
        net.output(net.add("Relu", "r", [a]))
        let plan = try net.plan(QuantizationConfiguration(keepFloat: [try NodeSelector(parsing: "op:Relu")]))
        #expect(plan.reason("r") == "kept float by op:Relu")
        #expect(plan.quantizedValues == ["x", "a"])
    }

    @Test("A second output that holds indices never carries a scale")
    func indices() throws {
        var net = try Net()
        let a = try net.conv("a", "x", 4, 4)
        net.graph.nodes.append(
            Node(
                "MaxPool", name: "pool", inputs: [a], outputs: ["pool", "where"],
                attributes: ["kernel_shape": .ints([2, 2])]))
        net.output(try net.conv("b", "pool", 4, 4), "where")
        let plan = try net.plan()
        #expect(plan.outcome("pool") == .movesCodes)
        #expect(!plan.quantizedValues.contains("where"))
        #expect(try net.quantized().decibels("b", on: net.samples()) > 25)
    }

    @Test("A constant operand of an elementwise operator is quantized, unless it is not finite")
    func constantOperand() throws {
        for value in [Float(0.5), .infinity, .nan] {
            var net = try Net()
            let a = try net.conv("a", "x", 4, 4)
            let scaled = net.add("Mul", "scaled", [a, try net.constant("factor", [1, value, 2, -1], [4, 1, 1])])
            net.output(try net.conv("b", scaled, 4, 4))
            let plan = try net.plan()
            if value == 0.5 {
                #expect(plan.outcome("scaled") == .quantized)
                #expect(plan.constants.map(\.name) == ["factor"])
                #expect(try net.quantized().decibels(on: net.samples()) > 25)
            } else {
                #expect(plan.reason("scaled") == "constant factor is not finite")
            }
        }
    }

    @Test(
        "The constant vector that is added to a product of more than two axes is its bias, which is not rounded to 8 bits"
    )
    func matrixBias() throws {
        var net = try Net([1, 5, 6])
        let product = net.add("MatMul", "product", ["x", try net.random("w", [6, 7])])
        let sum = net.add("Add", "sum", [try net.random("bias", [7]), product])
        net.output(net.add("Relu", "r", [sum]))
        let plan = try net.plan()
        #expect(plan.outcome("sum") == .fused(into: "product"))
        #expect(plan.outcome("r") == .fused(into: "product"))
        #expect(plan.quantizedValues == ["x", "r"])
        #expect(plan.constants.isEmpty)
        let quantized = try net.quantized()
        #expect(quantized.model.graph.initializers["bias"] != nil)
        #expect(try quantized.decibels(on: net.samples()) > 30)
    }

    @Test("A product of two activations carries scales on both sides")
    func activationProduct() throws {
        var net = try Net([1, 4, 6])
        let query = net.add("MatMul", "query", ["x", try net.random("q.w", [6, 6])])
        let key = net.add("MatMul", "key", ["x", try net.random("k.w", [6, 6])])
        let turned = net.add("Transpose", "turned", [key], ["perm": .ints([0, 2, 1])])
        net.output(net.add("Softmax", "out", [net.add("MatMul", "scores", [query, turned])]))
        let plan = try net.plan()
        #expect(plan.outcome("scores") == .quantized)
        #expect(plan.outcome("turned") == .movesCodes)
        #expect(plan.quantizedValues == ["x", "query", "key", "turned", "scores"])
    }

    @Test("Types that have no 8-bit form stay float with the reason")
    func types() throws {
        var net = try Net()
        net.graph.inputs.append(.init("wide", TensorType(.float64, try Shape([2, 3]))))
        net.graph.initializers["wide.w"] = try Tensor([Double](repeating: 1, count: 6), shape: [3, 2])
        net.add("MatMul", "m", ["wide", "wide.w"])
        net.output(try net.conv("a", "x", 4, 4), "m")
        #expect(try net.plan().reason("m") == "input wide is of type f64")
    }

    @Test("Where nothing can be quantized the error says why for every kind of operator")
    func nothing() throws {
        var net = try Net()
        net.output(net.add("Softmax", "out", [net.add("Relu", "r", ["x"])]))
        let error = #expect(throws: BitdepthError.self) { try net.quantized() }
        #expect(error?.code == .nothingQuantized)
        #expect(error?.code.exitStatus == 1)
        #expect(error?.notes == ["Relu: no integer operator feeds it", "Softmax: no integer operator feeds it"])
    }
}
