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
