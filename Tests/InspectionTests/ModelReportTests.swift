import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import Testing

@testable import BitdepthInspection

@Suite("What inspect shows")
struct ModelReportTests {
    private func summary() throws -> ModelSummary {
        let (graph, facts) = try GraphsToInspect.quantized()
        return ModelSummary(ModelGraph(graph: graph, opsets: ["": 21], sourceOpset: 13), facts: facts)
    }

    private func report(_ summary: ModelSummary, _ sections: [ModelReport.Section]) -> ModelReport {
        ModelReport(
            summary,
            file: .init(path: "net.onnx", bytes: 1234, externalBytes: 0, nodes: 8, form: "QDQ", assumptions: []),
            sections: sections)
    }

    @Test("Roles tell what computes on integers, what runs inside it, and why the rest is float")
    func roles() throws {
        let roles = try summary().nodes.map(\.role)
        #expect(roles[0] == .conversion && roles[2] == .conversion)
        #expect(roles[3] == .integer)
        #expect(roles[4] == .fused(into: "conv"))
        #expect(roles[7] == .float(reason: "its result is not quantized"))
    }

    @Test("What a float value feeds is float, and the reason names the value and its operator")
    func floatNeighbour() throws {
        var (graph, facts) = try GraphsToInspect.quantized()
        graph.nodes.insert(Node("Exp", name: "exp", inputs: ["image"], outputs: ["e"]), at: 0)
        facts["e"] = Fact(.float32, try Shape([1, 1, 4, 4]))
        graph.nodes[4].inputs[0] = "e"
        let structure = QuantizedStructure(graph, facts: facts)
        #expect(structure.role(of: 4) == .float(reason: "reads \"e\" (Exp) as float"))
        #expect(structure.role(of: 5).reason?.contains("\"c\" (Conv)") == true)
    }

    @Test("Scales, zero points and ranges are those of the smallest and largest code")
    func values() throws {
        let values = try summary().values
        #expect(values.map(\.name) == ["image", "w.codes", "r"])
        #expect(values.map(\.kind) == [.activation, .weight, .activation])
        // (0 - 128) · 0.5 and (255 - 128) · 0.5
        #expect(values[0].range == -64...63.5)
        // -128 · 2 and 127 · 2, the channel with the larger scale
        #expect(values[1].range == -256...254)
        #expect(values[1].isPerChannel && values[1].axis == 0)
        #expect(values[2].range == 0...31.875)
    }

    @Test("Multiply-accumulates of a convolution count outputs, channels and taps")
    func multiplyAccumulates() throws {
        let counts = try #require(try summary().multiplyAccumulates)
        #expect(counts.total == 2 * 16 * 9)
        #expect(counts.quantized == counts.total)
    }

    @Test("The operator table counts nodes and bytes, and names schemes and reasons")
    func operators() throws {
        let lines = OperatorTable.table(of: try summary()).lines()
        #expect(
            lines == [
                "op                nodes  quantized  MACs  weights  scheme",
                // 18 codes, two scales of 4 bytes, two zero points
                "Conv                  1          1   288     28 B  w int8 per channel · a uint8",
                "Relu                  1          1     —        —  fused",
                "Softmax               1          0     —        —  float: its result is not quantized",
                "QuantizeLinear        2          —     —        —  float ↔ codes",
                "DequantizeLinear      3          —     —        —  float ↔ codes",
            ])
    }

    @Test("The tensor table shows one scale, or how many there are with the smallest and the largest")
    func tensors() throws {
        let values = try summary().values
        let lines = TensorTable.table(of: values).lines()
        #expect(
            lines == [
                "tensor   kind        type  shape      scale          zero  range",
                "image    activation  u8    [1,1,4,4]  0.5000          128  -64.0 … 63.5",
                "w.codes  weight      i8    [2,1,3,3]  2× 0.250…2.00     0  -256 … 254",
                "r        activation  u8    [1,2,4,4]  0.1250            0  0 … 31.9",
            ])
    }

    @Test("The overview has the header, operators, reasons and tensors")
    func overview() throws {
        let text = report(try summary(), [.header, .operators, .floats, .tensors]).text.lines()
        #expect(text.first == "  model       net.onnx · 1.2 kB · ONNX opset 13")
        #expect(text.contains("  quantized   as QDQ · 2 of 3 nodes compute on codes, with 100.0 % of the MACs"))
        #expect(text.contains("  1 node float, because"))
        #expect(text.contains("    its result is not quantized: shares (Softmax)"))
    }

    @Test("JSON carries the numbers themselves")
    func json() throws {
        let json = report(try summary(), [.operators, .tensors]).json.text(indented: false)
        #expect(json.contains("\"multiply_accumulates\":288"))
        #expect(json.contains("\"scale\":{\"count\":2,\"smallest\":0.25,\"largest\":2,\"axis\":0}"))
        #expect(json.contains("\"range\":[-64,63.5]"))
        #expect(!json.contains("\"nodes\":["))
    }

    @Test("Names from the file cannot command the terminal")
    func hostileNames() throws {
        let hostile = "\u{1B}[2J\u{202E}\n"
        let (quantized, facts) = try GraphsToInspect.quantized()
        var graph = quantized
        graph.name = hostile
        graph.nodes[7].name = hostile
        var model = ModelGraph(
            graph: graph, opsets: [hostile: 1, "": 21], producer: .init(name: hostile, version: hostile))
        model.annotations.metadata = [.init(key: hostile, value: hostile)]
        let report = report(ModelSummary(model, facts: facts), ModelReport.Section.allCases)
        let lines = report.text.lines()
        #expect(lines.contains { $0.contains("\\x1b[2J\\u{202e}\\n") })
        for line in lines {
            #expect(
                !line.unicodeScalars.contains {
                    $0.value < 0x20 || $0.value == 0x202E || (0x7F...0x9F).contains($0.value)
                })
        }
    }

    @Test("A graph of which no type is known is shown with what is unknown")
    func unknownTypes() throws {
        let (graph, _) = try GraphsToInspect.quantized()
        let summary = ModelSummary(ModelGraph(graph: graph, opsets: [:]), facts: [:])
        #expect(summary.multiplyAccumulates == nil)
        let text = report(summary, ModelReport.Section.allCases).text.lines().joined(separator: "\n")
        #expect(text.contains("MACs unknown (fix the shapes: --shape)"))
    }

    @Test("Depthwise convolutions are a kind of their own")
    func depthwise() throws {
        var (graph, facts) = try GraphsToInspect.quantized()
        graph.nodes[3].attributes["group"] = .int(2)
        facts["image.real"] = Fact(.float32, try Shape([1, 2, 4, 4]))
        let summary = ModelSummary(ModelGraph(graph: graph, opsets: [:]), facts: facts)
        #expect(summary.nodes[3].kind == "Conv dw")
    }

    @Test("Statistics of weights leave NaN and infinities out and count them")
    func statistics() throws {
        let statistics = try WeightStatistics(try Tensor([Float(1), 0, -3, .nan, .infinity, 0]))
        #expect(statistics.minimum == -3 && statistics.maximum == 1 && statistics.mean == -0.5)
        #expect(statistics.zeros == 2 && statistics.notFinite == 2 && statistics.count == 6)
        #expect(try WeightStatistics(try Tensor([Float]())).minimum == nil)
    }
}
