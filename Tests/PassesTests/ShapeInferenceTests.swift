import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors
import Testing

@Suite("Shape inference")
struct ShapeInferenceTests {
    private func dynamic(_ dimensions: [Dimension]) throws -> Graph {
        var maker = try GraphMaker(input: [1, 3, 8, 8])
        maker.graph.inputs[0].type = TensorType(.float32, PartialShape(dimensions))
        let conv = maker.add("Conv", ["x", try maker.weight([5, 3, 3, 3])])
        maker.output(maker.add("Flatten", [maker.add("GlobalAveragePool", [conv])]))
        return maker.graph
    }

    @Test("Named extents are carried through; an override fixes them")
    func symbols() throws {
        let graph = try dynamic([.symbol("batch"), .known(3), .known(8), .known(8)])
        let conv = try #require(graph.nodes[0].output(0))
        let open = try ShapeInference.facts(of: graph)
        #expect(
            open[conv]?.type == TensorType(.float32, PartialShape([.symbol("batch"), .known(5), .known(6), .known(6)])))
        let fixed = try ShapeInference.facts(of: graph, inputs: ["x": TensorType(.float32, try Shape([4, 3, 8, 8]))])
        #expect(fixed[conv]?.type == TensorType(.float32, try Shape([4, 5, 6, 6])))
        #expect(fixed[try #require(graph.outputs.first).name]?.type == TensorType(.float32, try Shape([4, 5])))
    }

    @Test("An override that contradicts the graph is an error that names the input")
    func contradiction() throws {
        let graph = try dynamic([.symbol("batch"), .known(3), .known(8), .known(8)])
        for wrong in [TensorType(.float32, try Shape([1, 4, 8, 8])), TensorType(.int8, try Shape([1, 3, 8, 8]))] {
            #expect {
                try ShapeInference.facts(of: graph, inputs: ["x": wrong])
            } throws: { ($0 as? BitdepthError)?.code == .badData && ($0 as? BitdepthError)?.place.tensor == "x" }
        }
    }

    @Test("Errors carry the node's place")
    func errors() throws {
        let graph = try dynamic([.known(1), .known(4), .known(8), .known(8)])
        #expect {
            try ShapeInference.facts(of: graph)
        } throws: { ($0 as? BitdepthError)?.place.node == graph.nodes[0].name }
    }

    @Test("An unknown operator is an error, or passed over; what the file states still counts")
    func unknownOperator() throws {
        var maker = try GraphMaker(input: [2])
        let mystery = maker.add(OperatorName("Mystery", domain: "acme"), ["x"])
        let after = maker.add("Relu", [mystery])
        maker.output(after)
        #expect {
            try ShapeInference.facts(of: maker.graph)
        } throws: { ($0 as? BitdepthError)?.code == .unsupportedOperator }
        let facts = try ShapeInference.facts(of: maker.graph, tolerant: true)
        #expect(facts[mystery] == nil && facts[after] == nil)
        maker.graph.valueTypes[mystery] = TensorType(.float32, Shape.vector(2))
        let stated = try ShapeInference.facts(of: maker.graph, tolerant: true)
        #expect(stated[after]?.type == TensorType(.float32, Shape.vector(2)))
    }

    @Test("Small initializers are followed as constants, large ones and defaults of inputs are not")
    func constants() throws {
        var maker = try GraphMaker(input: [1])
        let small = try maker.random([1024])
        let large = try maker.random([1025])
        let overridable = try maker.random([2])
        maker.graph.inputs.append(.init(overridable, nil))
        let facts = try ShapeInference.facts(of: maker.graph)
        #expect(facts[small]?.constant != nil)
        #expect(facts[large] != nil && facts[large]?.constant == nil)
        #expect(
            facts[overridable]?.type == TensorType(.float32, Shape.vector(2)) && facts[overridable]?.constant == nil)
    }

    @Test("A subgraph sees the facts around it")
    func outer() throws {
        let body = Graph(outputs: [.init("y", nil)], nodes: [Node("Relu", inputs: ["outside"], outputs: ["y"])])
        let facts = try ShapeInference.facts(of: body, outer: ["outside": Fact(.float32, Shape.vector(7))])
        #expect(facts["y"]?.type == TensorType(.float32, Shape.vector(7)))
    }
}

@Suite("Extents by name")
struct SymbolicExtentTests {
    private func facts(_ body: (inout GraphMaker) throws -> ValueName) throws -> [Dimension]? {
        var maker = try GraphMaker(input: [1])
        maker.graph.inputs[0].type?.shape = PartialShape([.symbol("N"), .known(6), .symbol("L")])
        let value = try body(&maker)
        maker.output(value)
        return try ShapeInference.facts(of: maker.graph)[value]?.dimensions
    }

    @Test("A reshape to extents of the input keeps their names")
    func reshaped() throws {
        let dimensions = try facts { maker in
            let shape = maker.add("Shape", ["x"])
            let ends = maker.add("Gather", [shape, try maker.constant([0, -1])])
            let target = maker.add("Concat", [ends, try maker.constant([-1])], ["axis": .int(0)])
            return maker.add("Reshape", ["x", target])
        }
        #expect(dimensions == [.symbol("N"), .symbol("L"), .known(6)])
    }

    @Test("What is left open is a name where only one is left")
    func open() throws {
        #expect(
            try facts { maker in maker.add("Reshape", ["x", try maker.constant([0, 2, 3, -1])]) }
                == [.symbol("N"), .known(2), .known(3), .symbol("L")])
        #expect(
            try facts { maker in maker.add("Reshape", ["x", try maker.constant([-1, 6])]) } == [.unknown, .known(6)])
    }

    @Test("Arithmetic on a known extent is followed although others are open")
    func arithmetic() throws {
        let dimensions = try facts { maker in
            let six = maker.add("Gather", [maker.add("Shape", ["x"]), try maker.constant([1])])
            let half = maker.add("Div", [six, try maker.constant([2])])
            let batch = maker.add("Shape", ["x"], ["end": .int(1)])
            return maker.add(
                "ConstantOfShape", [maker.add("Concat", [batch, half], ["axis": .int(0)])])
        }
        #expect(dimensions == [.symbol("N"), .known(3)])
    }

    @Test("A vector that asks for an extent below zero says nothing of the shape")
    func negative() throws {
        let dimensions = try facts { maker in
            let batch = maker.add("Shape", ["x"], ["end": .int(1)])
            let shape = maker.add("Concat", [batch, try maker.constant([-5])], ["axis": .int(0)])
            return maker.add("ConstantOfShape", [shape])
        }
        #expect(!(dimensions ?? []).contains(.known(-5)))
    }

    @Test("The target of PyTorch's expand, where −1 stands for the own extent, is understood")
    func expanded() throws {
        let dimensions = try facts { maker in
            let batch = maker.add("Shape", ["x"], ["end": .int(1)])
            let wanted = maker.add("Concat", [batch, try maker.constant([-1, 5])], ["axis": .int(0)])
            let isOpen = maker.add("Equal", [wanted, try maker.constant([-1, -1, -1])])
            let target = maker.add("Where", [isOpen, try maker.constant([1, 1, 1]), wanted])
            return maker.add("Expand", [try maker.random([1, 7, 1]), target])
        }
        #expect(dimensions == [.symbol("N"), .known(7), .known(5)])
    }
}
