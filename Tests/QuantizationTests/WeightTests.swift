import BitdepthDataSources
import BitdepthEvaluation
import BitdepthGraphs
import BitdepthOperators
import BitdepthRuntime
import BitdepthTensors
import Testing

@testable import BitdepthQuantization

@Suite("Weights and biases as integers") struct WeightTests {
    /// A layer whose weight has output channels on a known axis, told by how that weight is laid out.
    enum Layer: String, CaseIterable, CustomTestStringConvertible {
        case conv, depthwise, convTranspose, groupedConvTranspose, gemm, gemmTransposed, matMul, stackedMatMul
        var testDescription: String { rawValue }

        var axis: Int {
            switch self {
            case .conv, .depthwise, .gemmTransposed: 0
            case .convTranspose, .groupedConvTranspose, .gemm, .matMul: 1
            case .stackedMatMul: 2
            }
        }

        var weight: [Int] {
            switch self {
            case .conv: [5, 4, 3, 3]
            case .depthwise: [4, 1, 3, 3]
            case .convTranspose: [4, 5, 3, 3]
            case .groupedConvTranspose: [4, 3, 3, 3]
            case .gemm, .matMul: [8, 5]
            case .gemmTransposed: [5, 8]
            case .stackedMatMul: [4, 8, 5]
            }
        }

        var outputs: Int { self == .groupedConvTranspose ? 6 : weight[axis] }

        /// The layer "y" on an input of its own shape, with random or given weights.
        func net(_ weights: [Float]? = nil) throws -> Net {
            let isImage = ![Layer.gemm, .gemmTransposed].contains(self)
            var net = try Net(isImage ? [1, 4, 8, 8] : [3, 8])
            let w = try weights.map { try net.constant("w", $0, weight) } ?? net.random("w", weight, deviation: 0.3)
            let bias: ValueName? =
                [Layer.matMul, .stackedMatMul].contains(self) ? nil : try net.random("b", [outputs], deviation: 0.2)
            let operands = ["x", w] + (bias.map { [$0] } ?? [])
            switch self {
            case .conv: net.add("Conv", "y", operands)
            case .depthwise: net.add("Conv", "y", operands, ["group": .int(4)])
            case .convTranspose: net.add("ConvTranspose", "y", operands, ["strides": .ints([2, 2])])
            case .groupedConvTranspose:
                net.add("ConvTranspose", "y", operands, ["strides": .ints([2, 2]), "group": .int(2)])
            case .gemm: net.add("Gemm", "y", operands)
            case .gemmTransposed: net.add("Gemm", "y", operands, ["transB": .int(1)])
            case .matMul, .stackedMatMul: net.add("MatMul", "y", operands)
            }
            net.output("y")
            return net
        }
    }

    @Test("Scales lie on the axis of the output channels", arguments: Layer.allCases)
    func axis(layer: Layer) throws {
        let net = try layer.net()
        let quantization = try net.quantized()
        let weight = try quantization.model.graph.parameters(ofInput: 1, of: "y")
        #expect(weight.axis == layer.axis)
        #expect(weight.scales.count == layer.weight[layer.axis])
        #expect(weight.zeroPoints.allSatisfy { $0 == 0 })
        #expect(weight.type == .int8)
        #expect(try quantization.decibels(on: net.samples()) > 30)
    }

    @Test("Each channel has the scale of its own largest weight, or one at most 1 % larger", arguments: Layer.allCases)
    func ownScale(layer: Layer) throws {
        let net = try layer.net()
        var weights = try net.graph.initializer("w").floats()
        let (inner, channels) = (layer.weight[(layer.axis + 1)...].reduce(1, *), layer.weight[layer.axis])
        // One channel that is much larger changes no other's.
        for position in weights.indices where position / inner % channels == 1 { weights[position] *= 100 }
        var largest = [Float](repeating: 0, count: channels)
        for (position, weight) in weights.enumerated() {
            largest[position / inner % channels] = max(largest[position / inner % channels], abs(weight))
        }
        let scales = try layer.net(weights).quantized().model.graph.parameters(ofInput: 1, of: "y").scales
        for channel in 0..<channels {
            let ratio = scales[channel] / (largest[channel] / 127)
            #expect(ratio >= 1 - 1e-6 && ratio <= 1.0102, "channel \(channel): \(ratio)")
        }
    }

    @Test("The largest weight of each channel has code ±127, and every weight is within half a step")
    func codes() throws {
        let net = try Layer.conv.net()
        let weight = try net.graph.initializer("w")
        let quantized = try WeightQuantizer(.int8Weights).quantize(weight, axis: 0)
        let (reals, codes) = (try weight.floats(), try quantized.codes.integers())
        for channel in 0..<5 {
            let part = channel * 36..<(channel + 1) * 36
            #expect(codes[part].map(abs).max() == 127)
            for position in part {
                #expect(
                    abs(reals[position] - Float(codes[position]) * quantized.scales[channel]) <= quantized.scales[
                        channel] * 0.5001)
            }
        }
    }

    @Test(
        "A bias has 32 bits and the scale of the products, to half a step of them",
        arguments: [Layer.conv, .gemm, .convTranspose, .groupedConvTranspose])
    func bias(layer: Layer) throws {
        let net = try layer.net()
        let graph = try net.quantized().model.graph
        let input = try graph.parameters(ofInput: 0, of: "y")
        let weight = try graph.parameters(ofInput: 1, of: "y")
        let bias = try graph.parameters(ofInput: 2, of: "y")
        #expect(bias.type == .int32)
        #expect(bias.zeroPoints.allSatisfy { $0 == 0 })
        #expect(bias.scales.count == layer.outputs)
        let codes = try graph.initializer(graph.producer(of: graph.node("y").input(2))?.input(0)).integers()
        let reals = try net.graph.initializer("b").floats()
        for channel in 0..<layer.outputs {
            let product = Double(input.scales[0]) * Double(weight.scales[channel % weight.scales.count])
            #expect(bias.scales[channel] == Float(product))
            #expect(abs(Double(reals[channel]) - Double(codes[channel]) * product) <= product * 0.501)
        }
    }

    @Test(
        "A channel of weights that are zero or tiny loses no bias, which may be large",
        arguments: [Float(0), 1e-10, 0x1p-133],
        [Float(0.7), -3000, 1e-6])
    func tinyWeights(weight: Float, bias: Float) throws {
        for scheme in [
            QuantizationScheme.int8Weights, .init(bits: 8, isSigned: true, isSymmetric: true, isNarrow: true),
        ] {
            var net = try Net()
            var weights = [Float](repeating: 0.1, count: 3 * 4)
            for position in 4..<8 { weights[position] = weight }
            let w = try net.constant("w", weights, [3, 4, 1, 1])
            net.output(net.add("Conv", "y", ["x", w, try net.constant("b", [0.1, bias, 0.3], [3])]))
            let quantization = try net.quantized(QuantizationConfiguration(weights: scheme))
            let step = try quantization.model.graph.parameters(ofResultOf: "y").scales[0]
            for sample in try net.samples().samples {
                let expected = try #require(CompiledGraph(net.graph).makeSession().run(sample.tensors)["y"]).floats()
                let found = try #require(CompiledGraph(quantization.model.graph).makeSession().run(sample.tensors)["y"])
                    .floats()
                // Channel 1 of [1, 3, 8, 8]: what it adds to the bias is nothing, or far below a step.
                for position in 64..<128 { #expect(abs(expected[position] - found[position]) <= step * 0.5001) }
            }
        }
    }

    @Test("A channel whose scale had to grow for its bias is reported")
    func widening() throws {
        let weight = try Tensor([1e-10, 1e-10, 0.5, 0.25] as [Float], shape: [2, 2, 1, 1])
        let quantized = try WeightQuantizer(.int8Weights).quantize(weight, axis: 0, bias: [2, 0.1], inputScale: 0.01)
        #expect(quantized.widenedChannels == [0])
        #expect(2 / (Double(quantized.scales[0]) * 0.01) <= Double(Int32.max))
        #expect(quantized.scales[1] == 0.5 / 127)
        let net = try Layer.conv.net([Float](repeating: 1e-12, count: 180))
        #expect(try net.quantized().notes.contains { $0.contains("5 channel(s)") && $0.hasPrefix("y:") })
    }

    @Test(
        "A weight that is no number is an error that names node, weight and element", arguments: [Float.nan, .infinity])
    func notFinite(value: Float) throws {
        var weights = [Float](repeating: 0.5, count: 180)
        weights[77] = value
        let net = try Layer.conv.net(weights)
        let error = #expect(throws: BitdepthError.self) { try net.quantized() }
        #expect(error?.code == .notANumber)
        #expect(error?.code.exitStatus == 65)
        #expect(error?.place.node == "y")
        #expect(error?.place.tensor == "w")
        #expect(error?.message.contains("77") == true)
    }

    @Test("A weight without output channels has one scale")
    func vector() throws {
        var net = try Net([2, 8])
        net.output(net.add("MatMul", "y", ["x", try net.random("w", [8])]))
        let quantization = try net.quantized()
        #expect(try quantization.model.graph.parameters(ofInput: 1, of: "y").axis == nil)
        #expect(try quantization.decibels(on: net.samples()) > 25)
        #expect(throws: BitdepthError.self) {
            try WeightQuantizer(.int8Weights).quantize(try net.graph.initializer("w"), axis: 1)
        }
    }

    @Test("A Gemm whose product is scaled keeps its bias float")
    func scaledGemm() throws {
        var net = try Net([3, 8])
        net.output(
            net.add(
                "Gemm", "y", ["x", try net.random("w", [8, 5]), try net.random("b", [5])],
                ["alpha": .float(0.5), "beta": .float(2)]))
        let quantization = try net.quantized()
        #expect(try quantization.decibels(on: net.samples()) > 30)
    }
}
