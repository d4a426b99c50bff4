import BitdepthDataSources
import BitdepthGraphs
import BitdepthMetrics
import BitdepthOperators
import BitdepthRuntime
import BitdepthTensors
import Testing

@testable import BitdepthEvaluation

/// A graph of one node "y" that reads "x", with an optional constant.
func oneNode(_ op: OperatorName, _ shape: [Int], constant: Tensor? = nil, attributes: [(String, Attribute)] = []) throws
    -> Graph
{
    var graph = Graph(inputs: [.init("x", TensorType(.float32, try Shape(shape)))], outputs: [.init("y", nil)])
    if let constant { graph.initializers["c"] = constant }
    graph.nodes = [
        Node(
            op, name: "y", inputs: constant == nil ? ["x"] : ["x", "c"], outputs: ["y"],
            attributes: .init(uniqueKeysWithValues: attributes))
    ]
    return graph
}

func vectors(_ values: [[Float]], shape: [Int]? = nil) throws -> SampleArray {
    SampleArray(
        try values.enumerated().map {
            Sample(name: "sample \($0)", ["x": try Tensor($1, shape: shape ?? [1, $1.count])])
        })
}

@Suite("Evaluating models") struct EvaluatorTests {
    private func scaled(_ factor: Float, shape: [Int] = [1, 3]) throws -> CompiledGraph {
        try CompiledGraph(try oneNode("Mul", shape, constant: try Tensor(scalar: factor)))
    }

    @Test("Accuracy, agreement and the exact test count what they should")
    func accuracy() throws {
        let samples = try vectors([[3, 1, 2], [1, 5, 0], [0, 1, 2], [9, 8, 7]])
        // Negated scores turn every answer round.
        let result = try Evaluator(try scaled(-1), baseline: try scaled(1)).evaluate(samples, labels: [0, 1, 0, 2])
        #expect(result.sampleCount == 4)
        #expect(result.labelled == 4)
        #expect(result.baseline.top1.value == 0.5)
        #expect(result.model.top1.value == 0.5)
        #expect(result.model.top5.value == 1)
        #expect(result.outputs["y"]?.agreement.value == 0)
        #expect(result.difference.onlyFirst == 2)
        #expect(result.difference.onlySecond == 2)
        #expect(result.outputs["y"]?.referencePeak == 9)
        #expect(result.outputs["y"]?.largestError.value == 18)
        // |x - (-x)|² = 4 |x|²: -6.02 dB.
        #expect(abs(try #require(result.outputs["y"]?.signalToNoise.decibels) + 6.0206) < 1e-3)
    }

    @Test("Results do not depend on threads or on the samples' order")
    func invariance() throws {
        let samples = try vectors((0..<100).map { index in (0..<3).map { Float((index * 7 + $0 * 13) % 29) - 14 } })
        let evaluator = { (threads: Int) throws in
            Evaluator(try scaled(0.99), baseline: try scaled(1), threads: threads)
        }
        let expected = try evaluator(1).evaluate(samples)
        #expect(try evaluator(3).evaluate(samples) == expected)
        #expect(try evaluator(2).evaluate(samples.shuffled(100)) == expected)
    }

    @Test("Each row of a sample with a batch has an answer of its own")
    func rows() throws {
        let samples = try vectors([[1, 2, 3, 3, 2, 1]], shape: [2, 3])
        let result = try Evaluator(try scaled(2, shape: [2, 3]), baseline: try scaled(1, shape: [2, 3])).evaluate(
            samples)
        #expect(result.outputs["y"]?.agreement.proportion.count == 2)
        #expect(result.outputs["y"]?.agreement.value == 1)
        #expect(result.outputs["y"]?.divergence.count == 2)
    }

    @Test("Scores [N, classes, 1, 1] of a net that ends with a pool have classes too")
    func pooledScores() throws {
        let samples = try vectors([[1, 2, 3]], shape: [1, 3, 1, 1])
        let shape = [1, 3, 1, 1]
        let result = try Evaluator(try scaled(2, shape: shape), baseline: try scaled(1, shape: shape)).evaluate(
            samples, labels: [2])
        #expect(result.model.top1.value == 1)
        #expect(result.outputs["y"]?.agreement.value == 1)
    }

    @Test("Probabilities are compared as such and not put through another softmax")
    func probabilities() throws {
        let samples = try vectors([[0.5, 0.25, 0.25]])
        var other = try oneNode("Add", [1, 3], constant: try Tensor([-0.25, 0.25, 0] as [Float]))
        other.outputs = [.init("y", nil)]
        let result = try Evaluator(try CompiledGraph(other), baseline: try scaled(1)).evaluate(samples)
        // KL((1/2, 1/4, 1/4) ‖ (1/4, 1/2, 1/4)) = 1/2 ln 2 - 1/4 ln 2
        #expect(abs(try #require(result.outputs["y"]?.divergence.value) - 0.25 * 0.693147) < 1e-5)
    }

    @Test("Outputs without classes have no agreement, and labels for them are an error")
    func noClasses() throws {
        let samples = try vectors([[1, 2, 3, 4]], shape: [1, 1, 2, 2])
        let evaluator = Evaluator(try scaled(1, shape: [1, 1, 2, 2]), baseline: try scaled(1, shape: [1, 1, 2, 2]))
        let result = try evaluator.evaluate(samples)
        #expect(result.outputs["y"]?.agreement.value == nil)
        #expect(result.outputs["y"]?.signalToNoise.decibels == .infinity)
        let error = #expect(throws: BitdepthError.self) { try evaluator.evaluate(samples, labels: [0]) }
        #expect(error?.code == .badData)
        #expect(error?.message.contains("\"y\"") == true)
    }

    @Test("A result with another number of rows than the baseline's is counted, and is in no other number")
    func otherCounts() throws {
        // NonZero gives [1, n]; transposed its length is the first extent, as that of a detector's boxes.
        func places(_ scale: Float) throws -> CompiledGraph {
            var graph = try oneNode("Mul", [3], constant: try Tensor(scalar: scale))
            graph.nodes += [
                Node("Floor", inputs: ["y"], outputs: ["whole"]),
                Node("NonZero", inputs: ["whole"], outputs: ["places"]),
                Node("Transpose", inputs: ["places"], outputs: ["rows"]),
                Node("Cast", inputs: ["rows"], outputs: ["z"], attributes: ["to": .int(1)]),
            ]
            graph.outputs = [.init("z", nil)]
            return try CompiledGraph(graph)
        }
        let samples = try vectors([[1, 2, 3], [0.75, 2, 3]], shape: [3])
        // Floor(0.75) is zero, Floor(1.5) is not.
        let result = try Evaluator(try places(2), baseline: try places(1)).evaluate(samples)
        #expect(result.otherCounts == ["z": 1])
        #expect(result.sampleCount == 2)
        #expect(result.outputs["z"]?.signalToNoise.decibels == .infinity)
    }

    @Test("Too few labels, a label of no class, no samples and NaN are errors")
    func errors() throws {
        let samples = try vectors([[1, 2, 3], [3, 2, 1]])
        let evaluator = Evaluator(try scaled(1))
        #expect(
            (#expect(throws: BitdepthError.self) { try evaluator.evaluate(samples, labels: [0]) })?.code == .badData)
        #expect((#expect(throws: BitdepthError.self) { try evaluator.evaluate(SampleArray([])) })?.code == .noSamples)
        let label = #expect(throws: BitdepthError.self) { try evaluator.evaluate(samples, labels: [0, 3]) }
        #expect(label?.place.sample == "sample 1")
        let root = try CompiledGraph(try oneNode("Sqrt", [1, 3]))
        let bad = try vectors([[1, 2, 3], [1, -1, 2]])
        let error = #expect(throws: BitdepthError.self) { try Evaluator(root, baseline: root).evaluate(bad) }
        #expect(error?.code == .notANumber)
        #expect(error?.place.sample == "sample 1")
        #expect(error?.place.tensor == "y")
        #expect((#expect(throws: BitdepthError.self) { try Evaluator(root).evaluate(bad) })?.code == .notANumber)
    }

    @Test("Progress counts every sample and may stop the work")
    func progress() throws {
        let samples = try vectors([[Float]](repeating: [1, 2, 3], count: 50))
        let counted = Lock<[Int]>([])
        _ = try Evaluator(try scaled(1), threads: 2).evaluate(samples) { done, total throws(BitdepthError) in
            counted.withLock { $0.append(done) }
            #expect(total == 50)
        }
        #expect(counted.withLock { $0 }.sorted() == Array(1...50))
        let error = #expect(throws: BitdepthError.self) {
            try Evaluator(try scaled(1)).evaluate(samples) { done, _ throws(BitdepthError) in
                if done == 3 { throw BitdepthError(.cancelled, "stop") }
            }
        }
        #expect(error?.code == .cancelled)
    }
}

@Suite("Comparing layers") struct LayerComparisonTests {
    /// x · 2 + 1, with the product quantized in one of the two.
    private func graph(scale: Float?) throws -> Graph {
        var graph = try oneNode("Mul", [1, 4], constant: try Tensor(scalar: 2 as Float))
        graph.nodes[0].name = "double"
        graph.nodes[0].outputs = ["p"]
        graph.initializers["one"] = try Tensor(scalar: 1 as Float)
        var product: ValueName = "p"
        if let scale {
            graph.initializers["s"] = try Tensor(scalar: scale)
            graph.initializers["z"] = try Tensor(scalar: UInt8(128))
            graph.nodes.append(Node("QuantizeLinear", name: "q", inputs: ["p", "s", "z"], outputs: ["codes"]))
            product = "p_DequantizeLinear_Output"
            graph.nodes.append(Node("DequantizeLinear", name: "dq", inputs: ["codes", "s", "z"], outputs: [product]))
        }
        graph.nodes.append(Node("Add", name: "plus", inputs: [product, "one"], outputs: ["y"]))
        return graph
    }

    @Test("A value and its dequantized form are compared element by element")
    func pairs() throws {
        let samples = try vectors([[0.3, -0.2, 1, 0.05]])
        let comparison = try LayerComparison.compare(try graph(scale: nil), try graph(scale: 0.1), on: samples)
        #expect(comparison.layers.map(\.node) == ["double"])
        #expect(comparison.layers[0].value == "p")
        #expect(comparison.layers[0].operatorType == "Mul")
        // 0.6, -0.4, 2 and 0.1 are multiples of 0.1 up to rounding in FP32.
        #expect(comparison.layers[0].largestError.value ?? 1 < 1e-6)
        let coarse = try LayerComparison.compare(try graph(scale: nil), try graph(scale: 0.8), on: samples)
        #expect(abs(try #require(coarse.layers[0].largestError.value) - 0.4) < 1e-6)
        #expect(coarse.worst(5).count == 1)
        #expect(coarse.sampleCount == 1)
    }

    @Test("No samples is an error")
    func noSamples() throws {
        #expect(throws: BitdepthError.self) {
            try LayerComparison.compare(try graph(scale: nil), try graph(scale: 1), on: SampleArray([]))
        }
    }
}
