import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Concurrent runs of one compiled graph")
struct ConcurrentRunTests {
    /// A small network of integer and float kernels and of a reference step, for any batch and size of image.
    private func network() throws -> IslandMaker {
        var maker = IslandMaker(seed: 31)
        let scheme = CodeScheme(scale: 0.03, zeroPoint: 100, isSigned: false)
        let x = try maker.floatInput([2, 3, 12, 12])
        let codes = try maker.dequantize(try maker.quantize(x, scheme), scheme)
        let weight = try maker.weight([16, 3, 3, 3], axis: 0)
        let conv = maker.add("Relu", [maker.add("Conv", [codes, weight], ["pads": .ints([1, 1, 1, 1])])])
        let island = try maker.dequantize(try maker.quantize(conv, scheme), scheme)
        let float = maker.add("Conv", [island, try maker.floats([8, 16, 3, 3])])
        maker.output(maker.add("GlobalAveragePool", [float]))
        maker.output(maker.add("Softplus", [island]))
        maker.graph.inputs[0].type = TensorType(.float32, PartialShape([.symbol("n"), .known(3), .unknown, .unknown]))
        return maker
    }

    private func batch(_ index: Int) throws -> [String: Tensor] {
        var numbers = SeededNumbers(seed: UInt64(index))
        let shape = [1 + index % 3, 3, 8 + index % 4, 9]
        return ["x1": try Tensor(numbers.floats(shape.reduce(1, *), in: -3...3), shape: shape)]
    }

    @Test("20 concurrent tasks with sessions of their own get equal results, shapes mixed", arguments: [1, 2])
    func tasks(threads: Int) async throws {
        let (shared, expected) = try sharedGraph(threads: threads)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<20 {
                group.addTask { try runBatches(of: shared, from: task, expected) }
            }
            try await group.waitForAll()
        }
    }

    /// A compiled graph, and what it makes of batches 0 to 19 when nobody else runs.
    private func sharedGraph(threads: Int) throws -> (CompiledGraph, [[String: Tensor]]) {
        let graph = try network().graph
        let alone = try CompiledGraph(graph)
        let expected = try (0..<20).map { try alone.makeSession().run(try batch($0)) }
        return (try CompiledGraph(graph, threads: threads), expected)
    }

    private func runBatches(of graph: CompiledGraph, from task: Int, _ expected: [[String: Tensor]]) throws {
        let session = graph.makeSession()
        for repetition in 0..<6 {
            let index = (task + 7 * repetition) % 20
            let found = try session.run(try batch(index))
            #expect(found == expected[index], "task \(task), batch \(index)")
        }
    }

    @Test("Concurrent pools start and stop while they work")
    func pools() async throws {
        let maker = try network()
        let expected = try results(maker, threads: 1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for threads in [2, 3, 4, 8, 2, 3] {
                group.addTask { try startPools(threads, maker, expected) }
            }
            try await group.waitForAll()
        }
    }

    private func startPools(_ threads: Int, _ maker: IslandMaker, _ expected: [String: Tensor]) throws {
        for _ in 0..<4 {
            let found = try results(maker, threads: threads)
            #expect(found == expected)
        }
    }

    private func results(_ maker: IslandMaker, threads: Int) throws -> [String: Tensor] {
        try CompiledGraph(maker.graph, threads: threads).makeSession().run(maker.inputs)
    }

    @Test("A concurrent pool runs each index once, whoever asks")
    func coverage() async throws {
        let pool = ThreadPool(threadCount: 4)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<8 {
                group.addTask {
                    for count in [0, 1, 3, 64, 1000 + task] {
                        let hits = Lock([Int](repeating: 0, count: count))
                        var calls = CallList(threads: 4)
                        calls.split(count, grain: 1) { begin, end in
                            for index in begin..<end { hits.withLock { $0[index] += 1 } }
                        }
                        try calls.run(on: pool)
                        #expect(hits.withLock { $0.allSatisfy { $0 == 1 } })
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("Programs that concurrent shapes leave behind are bounded, and come back equal")
    func cache() throws {
        let graph = try network().graph
        let compiled = try CompiledGraph(graph)
        let session = compiled.makeSession()
        var first: [String: Tensor]?
        for width in 8..<40 {
            let inputs = ["x1": try Tensor([Float](repeating: 1, count: 3 * 8 * width), shape: [1, 3, 8, width])]
            let found = try session.run(inputs)
            if first == nil { first = found }
        }
        #expect(compiled.cachedProgramCount <= 16)
        let again = try session.run(["x1": try Tensor([Float](repeating: 1, count: 3 * 8 * 8), shape: [1, 3, 8, 8])])
        #expect(again == first)
    }
}
