import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors
import Testing

@testable import BitdepthFormats

@Suite("Versions of operators") struct OperatorVersionTests {
    @Test("The catalogue names exactly the versions of ONNX's own schemas")
    func versions() {
        for type in OperatorCatalogue.all.all where type.signature.name.domain.isEmpty {
            guard let versions = standardVersions[type.signature.name.type] else { continue }
            #expect(type.signature.versions == versions, "\(type.signature.name)")
        }
        #expect(standardVersions.values.joined().max() == OpsetUpgrade.latest)
    }

    private func need(_ node: Node, _ type: ElementType = .float32) throws -> [Int] {
        let inputs = node.inputs.compactMap { $0 }.map { Graph.Port($0, TensorType(type, PartialShape.unknown)) }
        let outputs = node.outputs.compactMap { $0 }.map { Graph.Port($0, nil) }
        let model = ModelGraph(
            graph: Graph(inputs: inputs, outputs: outputs, nodes: [node]), opsets: ["": OpsetUpgrade.latest],
            sourceOpset: 7)
        return [try Downgrade().spelling(of: model, opset: nil).opset]
    }

    @Test("A node raises the operator set to the first that has what it uses")
    func needs() throws {
        let attention = Node("Attention", inputs: ["q", "k", "v"], outputs: ["y"])
        var windowed = attention
        windowed.attributes["left_window_size"] = .int(3)
        var padded = attention
        padded.inputs += [nil, nil, nil, "n"]
        #expect(try need(attention) == [23])
        #expect(try need(padded) == [24])
        #expect(try need(windowed) == [25])
        let space = Node("SpaceToDepth", inputs: ["x"], outputs: ["y"], attributes: ["blocksize": .int(2)])
        var columns = space
        columns.attributes["mode"] = .text("CRD")
        #expect(try need(space) == [7])
        #expect(try need(columns) == [28])
        let remainder = Node("Mod", inputs: ["a", "b"], outputs: ["y"])
        #expect(try need(remainder, .int32) == [10])
        #expect(try need(remainder) == [28])
        let lstm = Node("LSTM", inputs: ["x", "w", "r"], outputs: ["y"], attributes: ["layout": .int(1)])
        #expect(try need(lstm) == [14])
    }

    @Test("A file format goes with every operator set", arguments: [(24, 12), (25, 13), (27, 13), (28, 14)])
    func formats(opset: Int, expected: Int) { #expect(ModelExport.irVersion(opset: opset) == expected) }
}
