import BitdepthGraphs
import BitdepthMetrics
import BitdepthOperators
import BitdepthQuantization
import Testing

@testable import BitdepthEvaluation
@testable import BitdepthInspection

@Suite("Reports")
struct ReportTests {
    @Test("Facts stand behind their label and wrap between facts")
    func fields() {
        var text = ReportText()
        text.field("data", ["one fact", "another", "third"])
        text.field("none", [String]())
        #expect(text.lines() == ["  data        one fact · another · third"])
        #expect(text.lines(width: 34) == ["  data        one fact · another", "              third"])
        #expect(text.lines(width: 5) == ["  data        one fact", "              another", "              third"])
    }

    @Test("Nothing that a file calls itself commands the terminal")
    func hostile() {
        let hostile = "a\u{1B}[31m\nb\u{202E}"
        var text = ReportText()
        text.field(hostile, [hostile])
        text.line(.init(hostile, .strong))
        text.append(setup(model: hostile).text)
        text.table(
            NodeList([
                .init(
                    decision: .init(node: hostile, operatorType: hostile, outcome: .float(reason: hostile)),
                    scheme: hostile)
            ]).floatNodes)
        let all = text.lines().joined()
        #expect(!all.unicodeScalars.contains { $0.properties.generalCategory == .control || $0.value == 0x202E })
    }

    private func setup(model: String, data: QuantizationSetup.Data? = nil) -> QuantizationSetup {
        QuantizationSetup(
            model: .init(path: model, opset: 17, nodes: 22, nodesAfterPasses: 18, parameters: 77_754, bytes: 312_903),
            data: data,
            configuration: .int8, form: "ONNX QDQ", opset: nil)
    }

    @Test("The configuration that is used is said in full")
    func setupText() {
        let data = QuantizationSetup.Data(
            name: "d.npy", count: 100, calibrationSamples: 90, checkSamples: 10, checkKind: .heldBack,
            preprocessing: "scale=255",
            preprocessingOrigin: "the model's metadata", ranges: [.init(input: "x", minimum: 0, maximum: 1, mean: 0.25)]
        )
        #expect(
            setup(model: "m.onnx", data: data).text.lines() == [
                "  model       m.onnx · ONNX opset 17 · 22 nodes → 18 after fusing · 77.8 k parameters · 313 kB",
                "  data        d.npy · 90 of 100 samples calibrate · 10 held back to check the result",
                "  input       scale=255 (from the model's metadata) · 0 … 1.00, mean 0.250",
                "  weights     int8 per channel, symmetric",
                "  activations uint8 per tensor, asymmetric · ranges by minmax",
                "  written as  ONNX QDQ · inputs and outputs float",
            ])
    }

    @Test("Seven bits in a byte are said")
    func sevenBits() {
        var scheme = QuantizationScheme.int8Weights
        scheme.bits = 7
        #expect(scheme.summary == "int8 (7 bits) per channel, symmetric")
        #expect(QuantizationScheme.uint8Activations.summary == "uint8 per tensor, asymmetric")
    }

    @Test("Every node is listed with its scheme or the reason for float")
    func nodes() {
        let list = NodeList([
            .init(decision: .init(node: "c", operatorType: "Conv", outcome: .quantized), scheme: "w8"),
            .init(decision: .init(node: "r", operatorType: "Relu", outcome: .fused(into: "c"))),
            .init(decision: .init(node: "s", operatorType: "Softmax", outcome: .float(reason: "needs more bits"))),
        ])
        #expect(
            list.all.lines()[1...] == [
                "c     Conv      integer  w8", "r     Relu      fused    runs inside c",
                "s     Softmax   float    needs more bits",
            ])
        #expect(list.byOperator.lines()[0] == "operator  nodes  integer  fused  float")
        #expect(list.floatNodes.rows.count == 1)
        #expect(list.json.text(indented: false).contains(#""outcome":"float""#))
    }

    @Test("A drop is counted in points, rounded once")
    func drop() {
        #expect(
            EvaluationTable.drop(Proportion(hits: 9047, count: 10_000), Proportion(hits: 8997, count: 10_000)) == 0.5)
        #expect(EvaluationTable.drop(Proportion(hits: 29, count: 100), Proportion(hits: 0, count: 100)) == 29)
        #expect(EvaluationTable.drop(Proportion(hits: 1, count: 3), Proportion(hits: 2, count: 3)) == -100.0 / 3)
        #expect(EvaluationTable.drop(Proportion(), Proportion()) == nil)
    }

    @Test("Few samples come with the bounds of what they can tell")
    func certainty() {
        #expect(
            OutputTable.certainty(Proportion(hits: 31, count: 32)) == "31 of 32: 84.3 … 99.4 % with 95 % confidence")
        #expect(OutputTable.certainty(Proportion(hits: 9954, count: 10_000)) == "9954 of 10000")
    }

    @Test("A cosine just below 1 does not show as 1")
    func cosine() {
        #expect(OutputTable.cosine(1) == "1.000000")
        #expect(OutputTable.cosine(0.9999999) == "> 0.999999")
        #expect(OutputTable.cosine(0.99963) == "0.999630")
    }

    private func layer(_ name: String, _ noise: Float) throws -> LayerComparison.Layer {
        var metric = SignalToQuantizationNoise()
        try metric.add(reference: [1, 1, 1, 1], [1 + noise, 1, 1, 1])
        return .init(
            value: ValueName(name), node: name, operatorType: "Conv", signalToNoise: metric, cosine: CosineSimilarity(),
            largestError: MaximumAbsoluteError())
    }

    @Test("Layers share the noise, the worst first; a layer without noise has none of it")
    func layers() throws {
        let comparison = LayerComparison(
            layers: [try layer("good", 0), try layer("bad", 0.5), try layer("middling", 0.25)], sampleCount: 1)
        let worst = ComparisonTable(comparison, show: .worst(2))
        #expect(worst.layers.map(\.node) == ["bad", "middling"])
        #expect(worst.total == 3)
        #expect(abs(worst.shareOfNoise(worst.layers[0]) - 0.8) < 1e-6)
        let all = ComparisonTable(comparison, show: .all)
        #expect(all.layers.map(\.node) == ["good", "bad", "middling"])
        #expect(all.shareOfNoise(all.layers[0]) == 0)
        #expect(all.table.lines()[1].contains("∞ dB"))
    }
}
