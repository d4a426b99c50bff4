import BitdepthCalibration
import BitdepthDataSources
import BitdepthEvaluation
import BitdepthFormats
import BitdepthGraphs
import BitdepthOperators
import BitdepthRuntime
import BitdepthTensors
import Testing

@testable import BitdepthQuantization

@Suite("What the calibration data decide") struct CalibrationDataTests {
    private func net() throws -> Net {
        var net = try Net()
        let a = net.add("Relu", "r", [try net.conv("a", "x", 4, 8)])
        net.output(net.add("Add", "y", [try net.conv("b", a, 8, 8), a]))
        return net
    }

    private func written(_ quantization: Quantization) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        try ONNX.write(quantization.model, to: folder.file("model.onnx"))
        return try folder.bytes("model.onnx")
    }

    @Test(
        "The file has the same bytes for every order of the samples and every number of threads",
        arguments: ["minmax", "average", "percentile", "mse", "entropy", "auto"])
    func invariance(method: String) throws {
        let net = try net()
        let samples = try net.samples(100).samples
        let configuration = QuantizationConfiguration(calibration: try RangeChoice(parsing: method))
        let expected = try written(net.quantized(configuration, on: SampleArray(samples)))
        for threads in [1, 2, 5] {
            let shuffled = SampleArray(samples).shuffled(100, seed: UInt64(threads))
            #expect(try written(net.quantized(configuration, on: shuffled, threads: threads)) == expected)
        }
    }

    @Test("Statistics merged from parts are those of the whole")
    func parts() throws {
        let net = try net()
        let samples = try net.samples(50)
        let calibrator = Calibrator(net.graph, observing: ["x", "r", "y"])
        let whole = try calibrator.statistics(over: samples)
        var merged = CalibrationStatistics()
        for part in [30..<50, 0..<3, 3..<30] {
            merged.merge(try calibrator.statistics(over: Subset(of: samples, indices: Array(part))))
        }
        #expect(merged == whole)
    }

    @Test("NaN or an infinity in an input names sample and tensor", arguments: [Float.nan, .infinity, -.infinity])
    func badInput(value: Float) throws {
        let net = try net()
        var samples = try net.samples(40).samples
        samples[33].tensors["x"] = try Tensor([Float](repeating: 1, count: 255) + [value], shape: [1, 4, 8, 8])
        let error = #expect(throws: BitdepthError.self) { try net.quantized(on: SampleArray(samples), threads: 3) }
        #expect(error?.code == .notANumber)
        #expect(error?.code.exitStatus == 65)
        #expect(error?.place.sample == "sample 33")
        #expect(error?.place.tensor == "x")
        #expect(error?.message.contains("element 255") == true)
    }

    @Test("NaN that the network makes names the node where it arises, whether or not that is quantized")
    func madeNotANumber() throws {
        var net = try Net()
        let a = try net.conv("a", "x", 4, 4)
        let bad = net.add("Log", "bad", [net.add("Sub", "shifted", ["x", try net.constant("hundred", [100], [])])])
        net.output(try net.conv("b", net.add("Sin", "later", [bad]), 4, 4), a)
        let error = #expect(throws: BitdepthError.self) { try net.quantized() }
        #expect(error?.code == .notANumber)
        #expect(error?.place.node == "bad")
        #expect(error?.place.operatorType == "Log")
        #expect(error?.place.tensor == "bad")
        #expect(error?.place.sample == "sample 0")

        // Behind the last integer operator nothing is calibrated, and yet it is found.
        var tail = try Net()
        tail.output(
            tail.add("Sqrt", "root", [tail.add("Neg", "n", [tail.add("Exp", "e", [try tail.conv("a", "x", 4, 4)])])]))
        let late = #expect(throws: BitdepthError.self) { try tail.quantized() }
        #expect(late?.place.node == "root")
    }

    @Test("Minus infinity that a mask makes is counted, left out, and its sum stays float")
    func mask() throws {
        var net = try Net([1, 6, 6])
        let q = net.add("MatMul", "q", ["x", try net.random("q.w", [6, 6], deviation: 0.4)])
        let k = net.add("MatMul", "k", ["x", try net.random("k.w", [6, 6], deviation: 0.4)])
        let scores = net.add("MatMul", "scores", [q, net.add("Transpose", "kt", [k], ["perm": .ints([0, 2, 1])])])
        net.graph.inputs.append(.init("open", TensorType(.bool, try Shape([6, 6]))))
        let mask = net.add(
            "Where", "mask", ["open", try net.constant("zero", [0], []), try net.constant("never", [-.infinity], [])])
        let masked = net.add("Add", "masked", [scores, mask])
        // A second reader that wants codes, so that only the data can tell that the sum must stay float.
        let weights = net.add("Softmax", "weights", [masked])
        let value = net.add("MatMul", "v", ["x", try net.random("v.w", [6, 6])])
        net.output(net.add("MatMul", "y", [weights, value]), masked)
        let open = try Tensor((0..<36).map { $0 % 6 <= $0 / 6 }, shape: [6, 6])
        var samples: [Sample] = []
        var inputs = net
        inputs.graph.inputs.removeLast()
        for sample in try inputs.samples(16).samples {
            samples.append(Sample(name: sample.name, sample.tensors.merging(["open": open]) { $1 }))
        }
        let quantization = try net.quantized(on: SampleArray(samples))
        #expect(quantization.plan.reason("masked") == "its result masked holds infinities, which no code stands for")
        #expect(quantization.statistics.infinities.first { $0.value == "masked" }?.count == 15 * 16)
        #expect(quantization.notes.contains { $0.contains("240 infinities in \"masked\"") })
        #expect(quantization.plan.outcome("y") == .quantized)
        #expect(try quantization.decibels("y", on: SampleArray(samples)) > 20)
    }

    @Test("Parts of a Concat whose ranges differ by more than 4 times share no scale where anybody but sums reads it")
    func ratio() throws {
        for (factor, isOutput) in [(Float(3), true), (10, true), (10, false)] {
            var net = try Net()
            let a = try net.conv("a", "x", 4, 4, bias: false)
            let b = try net.conv("b", "x", 4, 4, bias: false)
            net.graph.initializers["b.w"] = try Tensor(
                try net.graph.initializer("a.w").floats().map { $0 * factor }, shape: [4, 4, 3, 3])
            let joined = net.add("Concat", "joined", [a, b], ["axis": .int(1)])
            net.output(try net.conv("c", joined, 8, 4))
            if isOutput { net.output(joined) }
            let quantization = try net.quantized()
            if factor > 4 && isOutput {
                #expect(quantization.plan.reason("joined") == "the ranges of its parts differ by more than 4 times")
                let graph = quantization.model.graph
                let ratio =
                    try graph.parameters(ofInput: 1, of: "joined").scales[0]
                    / graph.parameters(ofInput: 0, of: "joined").scales[0]
                #expect(abs(ratio - factor) < 0.5)
            } else {
                #expect(quantization.plan.outcome("joined") == .quantized)
            }
            #expect(try quantization.decibels("c", on: net.samples()) > 25)
        }
    }

    @Test("A second quantization changes nothing and says so")
    func twice() throws {
        let net = try net()
        let first = try net.quantized()
        let second = try Quantizer(.int8).quantize(first.model, calibratedOn: try net.samples(seed: 8, scale: 3))
        #expect(second.model == first.model)
        #expect(
            second.notes == [
                "\(second.plan.decisions.count { $0.outcome == .alreadyQuantized }) nodes were quantized already and keep their parameters"
            ])
        #expect(try written(second) == written(first))
    }

    @Test("What is quantized already keeps its parameters while the rest is quantized")
    func partly() throws {
        let net = try net()
        let partly = try net.quantized(QuantizationConfiguration(keepFloat: [try NodeSelector(parsing: "name:a")]))
        #expect(partly.plan.outcome("b") == .quantized)
        let whole = try Quantizer(.int8).quantize(partly.model, calibratedOn: try net.samples())
        let (before, behind) = (partly.model.graph, whole.model.graph)
        for name in ["b", "y"] {
            #expect(try before.parameters(ofInput: 0, of: name) == behind.parameters(ofInput: 0, of: name))
        }
        for node in before.nodes where node.op == "QuantizeLinear" { #expect(behind.nodes.contains(node)) }
        #expect(try CompiledGraph(behind).makeSession().run(net.samples(1).samples[0].tensors)["y"] != nil)
    }

    @Test("No samples is an error")
    func noSamples() throws {
        let error = #expect(throws: BitdepthError.self) { try net().quantized(on: SampleArray([])) }
        #expect(error?.code == .noSamples)
    }

    @Test("A selector that matches no node is mentioned")
    func idleSelector() throws {
        let configuration = QuantizationConfiguration(keepFloat: [try NodeSelector(parsing: "op:LSTM")])
        #expect(try net().quantized(configuration).notes == ["op:LSTM matches no node"])
    }

    @Test("Values that are constant, zero or tiny in all samples quantize without harm")
    func degenerate() throws {
        let net = try net()
        for value in [Float(0), 1, -3e-9] {
            let tensor = try Tensor([Float](repeating: value, count: 256), shape: [1, 4, 8, 8])
            let samples = SampleArray([Sample(name: "s", ["x": tensor])])
            let quantization = try net.quantized(on: samples)
            #expect(quantization.parameters.byValue.values.allSatisfy { $0.scale.isNormal && $0.scale > 0 })
            #expect(try quantization.decibels(on: samples) > 25)
        }
    }
}
