import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthOperators

@Suite("Normalizations") struct NormalizationTests {
    private func close(_ a: Tensor, _ b: [Float], tolerance: Float = 1e-6) throws -> Bool {
        let a = try a.floats()
        return a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance }
    }

    private let exact: (String, Attribute) = ("epsilon", .float(0))

    @Test("Batch normalization works channel by channel")
    func batch() throws {
        let x = try Tensor.floats([1, 3, 10, 20], [1, 2, 2])
        let y = try OneNode("BatchNormalization", [exact])(
            x, try .floats([2, 1]), try .floats([1, 0]), try .floats([1, 10]), try .floats([4, 25]))
        #expect(try y.floats() == [1, 3, 0, 2])
    }

    @Test("Training is refused with a hint")
    func training() throws {
        let one = try Tensor.floats([1])
        do {
            _ = try OneNode("BatchNormalization", [("training_mode", .int(1))])(
                try .floats([1], [1, 1]), one, one, one, one)
            Issue.record("training was accepted")
        } catch let error as BitdepthError {
            #expect(error.code == .unsupportedOperator)
            #expect(error.help.first?.contains("eval()") == true)
        }
    }

    @Test("Layer normalization gives mean and inverse deviation on request")
    func layer() throws {
        let y = try OneNode("LayerNormalization", [exact], outputs: 3).evaluate(
            [try .floats([1, 3, 10, 20], [2, 2]), try .floats([2, 3]), try .floats([1, 1])])
        #expect(try y[0].floats() == [-1, 4, -1, 4])
        #expect(try y[1].floats() == [2, 15])
        #expect(try y[2].floats() == [1, 0.2])
        #expect(y[1].shape.dimensions == [2, 1])
    }

    @Test("Instance and group normalization take planes and groups of channels")
    func planes() throws {
        let x = try Tensor.floats([1, 3, 10, 20], [1, 2, 2])
        let y = try OneNode("InstanceNormalization", [exact])(x, try .floats([1, 2]), try .floats([0, 5]))
        #expect(try y.floats() == [-1, 1, 3, 7])
        let channels = try x.reshaped(to: try Shape([1, 4, 1]))
        let groups = OneNode("GroupNormalization", [exact, ("num_groups", .int(2))])
        #expect(
            try groups(channels, try .floats([1, 2, 3, 4]), try .floats([0, 0, 1, 0])).floats() == [-1, 2, -2, 4])
    }

    @Test("The root mean square of 3 and 4 is the root of 12.5")
    func rootMeanSquare() throws {
        let y = try OneNode("RMSNormalization", [exact])(try .floats([3, 4], [1, 2]), try .floats([1, 2]))
        #expect(try close(y, [0.848_528_1, 2.262_741_7]))
    }

    @Test(
        "Norms divide along an axis, and a lane of zeros stays zero",
        arguments: [(1, [0.25, 0, -0.75, 0]), (2, [0.316_227_77, 0, -0.948_683_3, 0])] as [(Int, [Float])])
    func lp(order: Int, expected: [Float]) throws {
        let node = OneNode("LpNormalization", [("p", .int(order)), ("axis", .int(0))])
        #expect(try close(try node(try .floats([1, 0, -3, 0], [2, 2])), expected))
    }

    @Test("Local response normalization looks at neighbouring channels")
    func lrn() throws {
        let node = OneNode("LRN", [("size", .int(3)), ("alpha", .float(3)), ("beta", .float(1)), ("bias", .float(1))])
        #expect(try close(try node(try .floats([1, 2, 3], [1, 3, 1, 1])), [1 / 6, 2 / 15, 3 / 14]))
    }

    @Test("Mean and variance are taken over the axes that are named")
    func meanVariance() throws {
        let node = OneNode("MeanVarianceNormalization", [("axes", .ints([-1]))])
        #expect(try close(try node(try .floats([1, 3, 10, 20], [2, 2])), [-1, 1, -1, 1]))
    }

    @Test("Softmax, its logarithm and its limit")
    func softmax() throws {
        let x = try Tensor.floats([0, 1.098_612_3, 1000, 1000], [2, 2])
        #expect(try close(try OneNode("Softmax")(x), [0.25, 0.75, 0.5, 0.5]))
        #expect(try close(try OneNode("LogSoftmax")(x), [-1.386_294_4, -0.287_682_07, -0.693_147_2, -0.693_147_2]))
        #expect(try OneNode("Hardmax")(x).floats() == [0, 1, 1, 0])
        #expect(try OneNode("Hardmax", [("axis", .int(0))])(x).floats() == [0, 0, 1, 1])
    }
}
