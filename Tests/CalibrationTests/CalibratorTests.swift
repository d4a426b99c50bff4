import BitdepthDataSources
import BitdepthGraphs
import BitdepthMetrics
import BitdepthOperators
import BitdepthRuntime
import BitdepthTensors
import Testing

@testable import BitdepthCalibration

@Suite("Running the float graph over calibration data") struct CalibratorTests {
    /// y = relu(x · 2), z = log(y - 1)
    private func graph() throws -> Graph {
        var graph = Graph(inputs: [.init("x", TensorType(.float32, try Shape([1, 3])))], outputs: [.init("y", nil)])
        graph.initializers["two"] = try Tensor(scalar: 2 as Float)
        graph.nodes = [
            Node("Mul", name: "double", inputs: ["x", "two"], outputs: ["p"]),
            Node("Relu", name: "relu", inputs: ["p"], outputs: ["y"]),
        ]
        return graph
    }

    private func samples(_ values: [[Float]]) throws -> SampleArray {
        SampleArray(try values.enumerated().map { Sample(name: "s\($0)", ["x": try Tensor($1, shape: [1, 3])]) })
    }

    @Test("Every observed value has its exact extent, its mean extent and its count")
    func statistics() throws {
        let data = try samples([[1, -2, 0.5], [3, 0, -1]])
        let found = try Calibrator(try graph(), observing: ["x", "p", "y"]).statistics(over: data)
        #expect(found.sampleCount == 2)
        #expect(found["x"]?.extent == -2...3)
        #expect(found["p"]?.extent == -4...6)
        #expect(found["y"]?.extent == 0...6)
        #expect(found["p"]?.meanExtent == -3...4)
        #expect(found["z"] == nil)
        #expect(found["y"]?.histogram.totalCount == 6)
    }

    @Test("The bytes of the statistics depend on the samples alone", arguments: [1, 2, 7])
    func invariance(threads: Int) throws {
        let data = try samples((0..<60).map { index in (0..<3).map { Float((index * 31 + $0 * 17) % 101) / 7 - 6 } })
        let expected = try Calibrator(try graph(), observing: ["p", "y"]).statistics(over: data)
        let found = try Calibrator(try graph(), observing: ["y", "p"], threads: threads).statistics(
            over: data.shuffled(60, seed: 3))
        #expect(found["p"]?.serialized() == expected["p"]?.serialized())
        #expect(found["y"]?.serialized() == expected["y"]?.serialized())
        #expect(found == expected)
    }

    @Test("Calibrating twice gives the same, and leaves the graph alone")
    func twice() throws {
        let (graph, data) = (try graph(), try samples([[1, 2, 3]]))
        let calibrator = Calibrator(graph, observing: ["y"])
        #expect(try calibrator.statistics(over: data) == calibrator.statistics(over: data))
        #expect(calibrator.graph == graph)
    }

    @Test("Memory does not grow with the number of samples")
    func memory() throws {
        func footprint(_ count: Int) throws -> Int {
            let data = try samples((0..<count).map { index in (0..<3).map { Float((index * 31 + $0 * 17) % 8) - 4 } })
            return try Calibrator(try graph(), observing: ["x", "y"]).statistics(over: data).memoryFootprint
        }
        #expect(try footprint(3200) == footprint(32))
    }

    @Test("Infinities of an input are refused; those that the graph makes are counted")
    func infinities() throws {
        let error = #expect(throws: BitdepthError.self) {
            try Calibrator(try graph(), observing: ["y"]).statistics(
                over: try samples([[1, 2, 3], [1, -.infinity, 3]]))
        }
        #expect(error?.code == .notANumber)
        #expect(error?.place.sample == "s1" && error?.place.tensor == "x")
        var logarithm = try graph()
        logarithm.nodes.append(Node("Log", name: "log", inputs: ["y"], outputs: ["z"]))
        let found = try Calibrator(logarithm, observing: ["y", "z"]).statistics(
            over: try samples([[1, -2, 0.5], [0, -1, 0.5]]))
        #expect(found["z"]?.negativeInfinityCount == 3)
        #expect(found.infinities.map(\.value) == ["z"] && found.infinities.map(\.count) == [3])
        #expect(found["z"]?.extent == 0...Float(0.6931472))
    }

    @Test("NaN names the node where it arises, although only what follows is observed")
    func notANumber() throws {
        var graph = try graph()
        graph.nodes += [
            Node("Sqrt", name: "root", inputs: ["p"], outputs: ["r"]),
            Node("Neg", name: "last", inputs: ["r"], outputs: ["n"]),
        ]
        let error = #expect(throws: BitdepthError.self) {
            try Calibrator(graph, observing: ["n"], threads: 2).statistics(
                over: try samples([[1, 2, 3], [1, -2, 3]]))
        }
        #expect(error?.code == .notANumber)
        #expect(error?.place == .init(node: "root", operatorType: "Sqrt", tensor: "r", sample: "s1"))
    }

    @Test("Missing samples, missing inputs and wrong shapes are errors with the sample's name")
    func badData() throws {
        let calibrator = Calibrator(try graph(), observing: ["y"])
        #expect(
            (#expect(throws: BitdepthError.self) { try calibrator.statistics(over: SampleArray([])) })?.code
                == .noSamples)
        let wrong = SampleArray([Sample(name: "odd", ["x": try Tensor([1, 2] as [Float], shape: [1, 2])])])
        let error = #expect(throws: BitdepthError.self) { try calibrator.statistics(over: wrong) }
        #expect(error?.code == .badData)
        #expect(error?.place.sample == "odd")
        let missing = SampleArray([Sample(name: "none", [:])])
        #expect((#expect(throws: BitdepthError.self) { try calibrator.statistics(over: missing) })?.code == .badData)
    }

    @Test("A value that is never computed is an error of its method and not of the calibrator")
    func nothingObserved() {
        let error = #expect(throws: BitdepthError.self) {
            try CalibrationMethod.minmax.range(of: TensorStatistics(), scheme: .uint8Activations)
        }
        #expect(error?.code == .nothingObserved)
    }
}
