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

    @Test("No sum lies nearer to a tie than half a unit, or its part where a unit is worth much", arguments: 0..<40)
    func distance(seed: Int) throws {
        var numbers = SeededGenerator(seed: UInt64(seed))
        let input = Float.random(in: 0..<1, using: &numbers) * 0.1 + 1e-3
        let output = Float.random(in: 0..<1, using: &numbers) * 0.2 + 1e-3
        let given = output / (input * (1 + Float.random(in: 0..<1, using: &numbers) * 3000))
        let weight = TieFreeScale(inputScale: input, outputScale: output)(given)
        #expect(weight >= given && weight <= given * 1.009)
        let (units, fraction) = units(input, weight, output)
        for sum in stride(from: 1, through: 200_000, by: 1) {
            let code = Double(sum) / units
            guard code < 256 else { break }
            let distance = abs(code - code.rounded(.down) - 0.5) * units
            // FP32 scales shift a sum of 200,000 units by up to a twentieth of one.
            #expect(distance > 0.45 / fraction, "sum \(sum) of \(units) units")
        }
    }

    @Test("A scale whose products are larger than steps of the result, or vanishingly small, stays")
    func extremes() {
        let tieFree = TieFreeScale(inputScale: 0.5, outputScale: 0.25)
        #expect(tieFree(0.75) == 0.75)
        #expect(tieFree(1e-9) == 1e-9)
        #expect(TieFreeScale(inputScale: .leastNormalMagnitude, outputScale: 1)(1e-30) == 1e-30)
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
