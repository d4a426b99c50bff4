import BitdepthFormats
import BitdepthGraphs
import BitdepthPasses
import BitdepthTensors
import Testing

@Suite("Reading ONNX models")
struct ONNXReadingTests {
    @Test("A model keeps names, shapes, documentation and metadata")
    func everythingIsKept() throws {
        let model = try ONNXFixtures.read("small.onnx")
        let graph = model.graph
        #expect(graph.nodes.map(\.op.type) == ["Conv", "Clip"])
        #expect(graph.nodes[0].annotations.documentation == "a convolution")
        #expect(graph.nodes[0].annotations["layer"] == "first")
        #expect(graph.nodes[0].attributes["pads"] == .ints([1, 1, 1, 1]))
        #expect(graph.inputs[0].type?.description == "f32[batch,9,4,4]")
        #expect(graph.inputs[0].annotations.documentation == "an image")
        #expect(graph.valueTypes["c"]?.description == "f32[batch,8,4,4]")
        #expect(graph.annotations.documentation == "two nodes")
        #expect(model.annotations["author"] == "nobody")
        #expect(model.producer.name == "fixtures")
        #expect(model.sourceOpset == 17)
        #expect(model.opsets[""] == OpsetUpgrade.latest)
    }

    @Test("An operand with an empty name is one that is left out")
    func leftOutOperand() throws {
        #expect(try ONNXFixtures.read("small.onnx").graph.nodes[1].inputs == ["c", nil, "six"])
    }

    @Test("Large tensors stay in the file until they are used, small ones are in memory")
    func payloadsStayInTheFile() throws {
        let initializers = try ONNXFixtures.read("small.onnx").graph.initializers
        let weight = try #require(initializers["w"])
        #expect(weight.region?.count == 8 * 9 * 9 * 4)
        #expect(initializers["six"]?.region == nil)
        let values = try weight.floats()
        #expect(values[0] == 0 && values[647] == Float(6.47))
    }

    @Test(
        "Typed fields give the elements that they hold",
        arguments: [
            ("f32", [1.5, -2]), ("f64", [1.5, -2]), ("i32", [1, -2]), ("i64", [1, -2]), ("i16", [1, -2]),
            ("i8", [1, -2]),
            ("u8", [1, 254]), ("u16", [1, 65534]), ("u32", [1, 4_294_967_294]), ("u64", [1, 1_099_511_627_776]),
            ("b", [1, 0]),
            ("f16", [1.5, -2]), ("bf16", [1.5, -2]), ("i4", [1, -2, 7]), ("u4", [1, 14, 7]), ("empty", []),
            ("f8e4m3fn", [1.5, -2]), ("f8e4m3fnuz", [1.5, -2]), ("f8e5m2", [1.5, -2]), ("f8e5m2fnuz", [1.5, -2]),
            ("f8e8m0", [2, 0.5]), ("f4", [1.5, -2, 6]), ("u2", [1, 2, 3, 0, 2]), ("i2", [1, -2, -1, 0, -2]),
            ("f6e2m3", [1.5, -2]), ("f6e3m2", [1.5, -2]),
        ] as [(String, [Double])])
    func typedData(name: String, expected: [Double]) throws {
        let tensor = try #require(try ONNXFixtures.read("typed-data.onnx").graph.initializers[ValueName(name)])
        #expect(try tensor.doubles() == expected)
    }

    @Test("A long field of floats stays in the file like raw data")
    func longFloats() throws {
        let tensor = try #require(try ONNXFixtures.read("typed-data.onnx").graph.initializers["long"])
        #expect(tensor.region != nil)
        #expect(try tensor.floats() == (0..<400).map(Float.init))
    }

    @Test("Subgraphs are read with their constants")
    func subgraphs() throws {
        let node = try #require(try ONNXFixtures.read("subgraphs.onnx").graph.nodes.first)
        guard case .graph(let then)? = node.attributes["then_branch"] else { return #expect(Bool(false)) }
        guard case .tensor(let constant)? = then.nodes[0].attributes["value"] else { return #expect(Bool(false)) }
        #expect(constant.region != nil)
        #expect(try constant.floats()[599] == 599)
        #expect(then.capturedValues == ["x"])
    }

    @Test("Calls of functions become the functions' nodes, with the attributes of the call")
    func functions() throws {
        let graph = try ONNXFixtures.read("functions.onnx").graph
        #expect(graph.nodes.map(\.op.type).sorted() == ["Add", "Add", "Identity", "LeakyRelu", "LeakyRelu"])
        #expect(graph.nodes.filter { $0.op == "LeakyRelu" }.allSatisfy { $0.attributes["alpha"] == .float(0.25) })
        #expect(graph.nodes.allSatisfy { $0.op.domain.isEmpty })
    }

    @Test("External data inside the folder is read from its file")
    func external() throws {
        let tensor = try #require(try ONNXFixtures.read("external.onnx").graph.initializers["k"])
        #expect(tensor.region?.offset == 8)
        #expect(try tensor.floats() == [0, 1, 2, 3])
    }

    @Test("An operator that nobody knows does not stop the import")
    func unknownOperator() throws {
        let node = try #require(try ONNXFixtures.read("unknown-operator.onnx").graph.nodes.first)
        #expect(node.op.description == "acme.Frobnicate")
    }

    @Test("A tensor of strings is an error only where it is used")
    func strings() throws {
        #expect(try ONNXFixtures.read("unused-text.onnx").graph.initializers.isEmpty)
        let error = ONNXFixtures.error { () throws(BitdepthError) in _ = try ONNXFixtures.read("text.onnx") }
        #expect(error?.code == .unsupportedFormat)
        #expect(error?.place.tensor == "k")
    }
}
