import BitdepthGraphs
import BitdepthOperators
import BitdepthRuntime
import BitdepthTensors
import Testing

@testable import BitdepthDataSources
@testable import BitdepthQuantization

@Suite("Scales without ties")
struct TieFreeScaleTests {
    /// Units of the result in a sum of one: the `n` of `sum / n`, and the power of two that makes it an odd integer.
    private func units(_ input: Float, _ weight: Float, _ output: Float) -> (units: Double, fraction: Double) {
        let units = Double(output) / (Double(input) * Double(weight))
        var fraction = 1.0
        while units * fraction < 255.5 { fraction *= 2 }
        return (units, fraction)
    }

    @Test("No sum lies nearer to a tie than half a unit, or its part where a unit is worth much", arguments: 0..<20)
    func distance(seed: Int) throws {
        var numbers = SeededGenerator(seed: UInt64(seed))
        let input = Float.random(in: 0..<1, using: &numbers) * 0.1 + 1e-3
        let output = Float.random(in: 0..<1, using: &numbers) * 0.2 + 1e-3
        let given = output / (input * (1 + Float.random(in: 0..<1, using: &numbers) * 3000))
        let scales = TieFreeScale(inputScale: input, outputScale: output).scales(from: given)
        #expect(scales == scales.sorted() && !scales.isEmpty)
        for weight in scales {
            #expect(weight >= given && weight <= given * 1.0102)
            let (units, fraction) = units(input, weight, output)
            // The scale is rounded to FP32, which moves sums of many units by a part of one.
            let nearest = (1...Int(units * 256)).first { sum in
                let code = Double(sum) / units
                return abs(code - code.rounded(.down) - 0.5) * units <= 0.5 / fraction - Double(sum) * 0x1p-24
            }
            #expect(nearest == nil, "sum \(nearest ?? 0) of \(units) units")
        }
    }

    @Test("A scale whose products are larger than steps of the result, or vanishingly small, stays")
    func extremes() {
        let tieFree = TieFreeScale(inputScale: 0.5, outputScale: 0.25)
        #expect(tieFree.scales(from: 0.75) == [0.75])
        #expect(tieFree.scales(from: 1e-9) == [1e-9])
        #expect(TieFreeScale(inputScale: .leastNormalMagnitude, outputScale: 1).scales(from: 1e-30) == [1e-30])
    }

    @Test("Of the tie-free scales each channel has the one whose rounding errors add up to least")
    func leastShift() throws {
        var net = try Net()
        let name = try net.random("w", [5, 40])
        let weight = try net.graph.initializer(name)
        let scheme = QuantizationScheme.int8Weights
        let values = try weight.floats()
        let plain = try WeightQuantizer(scheme).quantize(weight, axis: 0)
        let found = try WeightQuantizer(scheme).quantize(weight, axis: 0, inputScale: 0.02, outputScale: 0.5)
        for channel in 0..<5 {
            let reals = values[channel * 40..<(channel + 1) * 40].map(Double.init)
            func shift(_ scale: Float) -> Double {
                let step = Double(scale)
                return abs(reals.reduce(0) { $0 + ($1 / step).rounded(.toNearestOrEven) * step - $1 })
            }
            let scales = TieFreeScale(inputScale: 0.02, outputScale: 0.5).scales(from: plain.scales[channel])
            #expect(scales.count > 1 && scales.contains(found.scales[channel]))
            // 40 differences of numbers up to 4, each rounded to FP32.
            #expect(try shift(found.scales[channel]) <= #require(scales.map(shift).min()) + 40 * 0x1p-22)
        }
    }

    @Test("The scales of a quantized layer are tie-free, behind a fused Relu too", arguments: [false, true])
    func layer(relu: Bool) throws {
        var net = try Net()
        let conv = try net.conv("conv", "x", 4, 6)
        net.output(relu ? net.add("Relu", "relu", [conv]) : conv)
        let graph = try net.quantized().model.graph
        let input = try graph.parameters(ofInput: 0, of: "conv").scales[0]
        let output = try graph.parameters(ofResultOf: "conv").scales[0]
        for scale in try graph.parameters(ofInput: 1, of: "conv").scales {
            let (units, fraction) = units(input, scale, output)
            let odd = units * fraction
            #expect(abs(odd - odd.rounded()) < 1e-3 && odd.rounded().truncatingRemainder(dividingBy: 2) == 1)
        }
    }

    @Test("A weight that two layers share keeps one scale and is stored once")
    func shared() throws {
        var net = try Net()
        let w = try net.random("w", [4, 4, 1, 1], deviation: 0.5)
        let first = net.add("Conv", "first", ["x", w])
        net.output(net.add("Conv", "second", [net.add("Relu", "r", [first]), w]))
        let graph = try net.quantized().model.graph
        #expect(
            try graph.parameters(ofInput: 1, of: "first").scales == graph.parameters(ofInput: 1, of: "second").scales)
        #expect(graph.initializers.values.count { $0.type == .int8 && $0.shape.rank == 4 } == 1)
    }
}
