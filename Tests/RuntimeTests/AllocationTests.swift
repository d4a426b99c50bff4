import BitdepthGraphs
import BitdepthTensors
import CBitdepthAllocationCounting
import Testing

@testable import BitdepthRuntime

// One after the other: they count together.
@Suite("Allocations of the hot loop", .serialized, .enabled(if: allocations_are_seen()))
struct AllocationTests {
    /// Convolutions of all kinds that integer networks have, an addition, a pool and a matrix product.
    private func convolutions() throws -> IslandMaker {
        var maker = IslandMaker(seed: 5)
        let scheme = CodeScheme(scale: 0.03, zeroPoint: 100, isSigned: false)
        func island(_ value: ValueName) throws -> ValueName {
            try maker.dequantize(try maker.quantize(value, scheme), scheme)
        }
        let x = try island(try maker.floatInput([1, 3, 24, 24]))
        let pads = Attribute.ints([1, 1, 1, 1])
        let first = try island(maker.add("Conv", [x, try maker.weight([32, 3, 3, 3], axis: 0)], ["pads": pads]))
        let depthwise = try island(
            maker.add(
                "Conv", [first, try maker.weight([32, 1, 3, 3], axis: 0)], ["pads": pads, "group": .int(32)]))
        let grouped = try island(
            maker.add(
                "Conv", [depthwise, try maker.weight([32, 8, 3, 3], axis: 0)], ["pads": pads, "group": .int(4)]))
        let sum = try island(maker.add("Add", [grouped, first]))
        let pooled = try island(
            maker.add("MaxPool", [sum], ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])]))
        maker.output(maker.add("Conv", [pooled, try maker.weight([70, 32, 1, 1], axis: 0)]))
        return maker
    }

    private func graph(_ name: String) throws -> (graph: Graph, inputs: [String: Tensor]) {
        guard let network = BundledNetwork(rawValue: name) else {
            let maker = try convolutions()
            return (maker.graph, maker.inputs)
        }
        let model = try network.float()
        return (try network.quantized(model), try network.batch(of: model.graph, count: 1, seed: 3))
    }

    @Test(
        "1000 runs in a session's own memory allocate nothing", arguments: ["fashion-resnet", "convolutions"], [1, 2])
    func hotLoop(name: String, threads: Int) throws {
        let (graph, inputs) = try graph(name)
        let compiled = try CompiledGraph(graph, threads: threads)
        let session = compiled.makeSession()
        let (input, tensor) = try #require(inputs.first)
        let output = try #require(compiled.graph.outputs.first).name.text
        let values = try tensor.floats()
        let expected = try #require(try session.run(inputs)[output]).floats()
        try session.prepare([input: tensor.shape])
        #expect(!compiled.usesReferences(inputs))
        try compiled.count(true)
        var differs = false
        let before = counted_allocations()
        for _ in 0..<1000 {
            try session.withInput(input) { (elements: inout MutableSpan<Float>) in
                for index in elements.indices { elements[index] = values[index] }
            }
            try session.run()
            try session.withOutput(output) { (elements: Span<Float>) in
                for index in elements.indices where elements[index] != expected[index] { differs = true }
            }
        }
        let allocations = counted_allocations() - before
        try compiled.count(false)
        #expect(allocations == 0)
        #expect(!differs)
    }

    @Test("What allocates is seen: to run with named tensors does")
    func control() throws {
        let (graph, inputs) = try graph("convolutions")
        let compiled = try CompiledGraph(graph)
        let session = compiled.makeSession()
        _ = try session.run(inputs)
        try compiled.count(true)
        let before = counted_allocations()
        _ = try session.run(inputs)
        #expect(counted_allocations() > before)
        try compiled.count(false)
    }
}

extension CompiledGraph {
    /// Lets the allocations of the calling thread and of the pool's count.
    fileprivate func count(_ counts: Bool) throws {
        count_allocations_of_this_thread(counts)
        guard let pool else { return }
        let counting = Lock(0)
        while counting.withLock({ $0 }) < threads - 1 {
            var calls = CallList(threads: threads)
            calls.split(threads, grain: 1) { _, _ in
                if this_thread_counts_allocations() != counts {
                    count_allocations_of_this_thread(counts)
                    counting.withLock { $0 += 1 }
                }
                // The calling thread lets the others come.
                for _ in 0..<20_000 where counting.withLock({ $0 }) < self.threads - 1 {}
            }
            try calls.run(on: pool)
        }
    }

    fileprivate func usesReferences(_ inputs: [String: Tensor]) -> Bool {
        (try? program(for: inputs))?.descriptions.contains { $0.kernel == "reference" } ?? true
    }
}
