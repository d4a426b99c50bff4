import BitdepthFormats
import BitdepthGraphs
import BitdepthTensors
import FoundationEssentials
import Testing

@Suite("Writing ONNX models")
struct ONNXWritingTests {
    @Test(
        "A model that is written and read again is the same",
        arguments: [
            "small.onnx", "subgraphs.onnx", "typed-data.onnx", "functions.onnx", "external.onnx",
            "unknown-operator.onnx",
        ])
    func roundTrip(name: String) throws {
        let model = try ONNXFixtures.read(name)
        try ONNXFixtures.withFolder { folder in
            try ONNX.write(model, to: folder + "/out.onnx")
            #expect(try ONNX.read(folder + "/out.onnx") == model)
            #expect(try ONNXFixtures.names(in: folder) == ["out.onnx"])
        }
    }

    @Test("The same model gives the same bytes")
    func deterministic() throws {
        try ONNXFixtures.withFolder { folder in
            for name in ["a", "b"] {
                try ONNX.write(try ONNXFixtures.read("subgraphs.onnx"), to: folder + "/\(name).onnx")
            }
            #expect(try ONNXFixtures.bytes(folder + "/a.onnx") == ONNXFixtures.bytes(folder + "/b.onnx"))
        }
    }

    @Test("Large tensors can go into a file beside the model, whose name is ours")
    func externalData() throws {
        let model = try ONNXFixtures.read("subgraphs.onnx")
        try ONNXFixtures.withFolder { folder in
            try ONNX.write(model, to: folder + "/out.onnx", options: .init(externalData: .always(minimumBytes: 64)))
            #expect(try ONNXFixtures.names(in: folder) == ["out.onnx", "out.onnx.data"])
            #expect(try ONNX.read(folder + "/out.onnx") == model)
        }
    }

    @Test("A model replaces the file that it came from")
    func inPlace() throws {
        try ONNXFixtures.withFolder { folder in
            let path = folder + "/model.onnx"
            try ONNX.write(try ONNXFixtures.read("small.onnx"), to: path)
            let model = try ONNX.read(path)
            #expect(
                ONNXFixtures.error { () throws(BitdepthError) in try ONNX.write(model, to: path) }?.code == .fileExists)
            try ONNX.write(model, to: path, options: .init(force: true))
            #expect(try ONNX.read(path) == model)
        }
    }

    @Test("A per-channel QuantizeLinear raises the operator set from 11 to 13, a per-tensor one does not")
    func opsetIsRaised() throws {
        for (channels, expected) in [(1, 11), (3, 13)] {
            let shape = channels == 1 ? Shape.scalar : Shape.vector(channels)
            let scales = [Float](repeating: 0.5, count: channels)
            let graph = Graph(
                name: "q", inputs: [.init("x", TensorType(.float32, try Shape([3, 2])))],
                outputs: [.init("y", TensorType(.int8, try Shape([3, 2])))],
                initializers: [
                    "s": try Tensor(scales, shape: shape),
                    "z": try Tensor([Int8](repeating: 0, count: channels), shape: shape),
                ],
                nodes: [
                    Node(
                        "QuantizeLinear", name: "quantize", inputs: ["x", "s", "z"], outputs: ["y"],
                        attributes: ["axis": .int(0)])
                ])
            let model = ModelGraph(graph: graph, opsets: ["": 25], sourceOpset: 11)
            try ONNXFixtures.withFolder { folder in
                try ONNX.write(model, to: folder + "/q.onnx")
                #expect(try ONNX.read(folder + "/q.onnx").sourceOpset == expected)
                let refused = ONNXFixtures.error { () throws(BitdepthError) in
                    try ONNX.write(model, to: folder + "/r.onnx", options: .init(opset: 11))
                }
                #expect((refused == nil) == (channels == 1))
                if let refused {
                    #expect(refused.code == .unsupportedOpset)
                    #expect(refused.place.node == "quantize")
                    #expect(refused.message.contains("13"))
                }
            }
        }
    }

    @Test("Axes that are an input today are an attribute in operator set 13")
    func axesBecomeAnAttribute() throws {
        let graph = Graph(
            name: "r", inputs: [.init("x", TensorType(.float32, try Shape([2, 3])))],
            outputs: [.init("y", TensorType(.float32, try Shape([2, 1])))],
            initializers: ["axes": try Tensor([Int64(1)])],
            nodes: [Node("ReduceMean", inputs: ["x", "axes"], outputs: ["y"])])
        try ONNXFixtures.withFolder { folder in
            try ONNX.write(
                ModelGraph(graph: graph, opsets: ["": 25]), to: folder + "/r.onnx", options: .init(opset: 13))
            let bytes = try ONNXFixtures.bytes(folder + "/r.onnx")
            // The initializer is gone, so its 8 bytes of data are too; the attribute `ints` (field 8) holds one varint.
            #expect(!bytes.contains(sequence: Array("axes".utf8) + [0x4A, 8]))
            #expect(
                bytes.contains(sequence: Array("axes".utf8) + [0x40, 1])
                    || bytes.contains(sequence: Array("axes".utf8) + [0x42, 1, 1]))
        }
    }
}

extension [UInt8] {
    fileprivate func contains(sequence: [UInt8]) -> Bool {
        indices.contains { self[$0...].starts(with: sequence) }
    }
}
