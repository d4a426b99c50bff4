import BitdepthGraphs
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Use of memory")
struct MemoryUseTests {
    @Test("The peak is the step with the most bytes alive")
    func peak() {
        func buffer(_ bytes: Int, _ steps: ClosedRange<Int>) -> MemoryUse.Buffer {
            MemoryUse.Buffer(values: [], bytes: bytes, offset: 0, steps: steps)
        }
        let use = MemoryUse(
            buffers: [buffer(100, -1...0), buffer(70, 0...2), buffer(50, 2...3), buffer(60, 1...1)], arenaBytes: 0,
            constantBytes: 0)
        #expect(use.peak == (0, 170))
        #expect(use.separateBytes == 280)
        #expect(MemoryUse(buffers: [], arenaBytes: 0, constantBytes: 0).peak == (0, 0))
    }

    @Test("Every value that is alive at the peak has a place of its own in the arena")
    func program() throws {
        let network = BundledNetwork.fashion
        let model = try network.float()
        let compiled = try CompiledGraph(try network.quantized(model))
        let use = try compiled.program(for: try network.batch(of: model.graph, count: 1, seed: 1)).memory
        #expect(use.peak.bytes <= use.arenaBytes)
        #expect(use.arenaBytes < use.separateBytes)
        #expect(use.buffers.contains { $0.values == ["image"] && $0.steps.lowerBound == -1 })
        let alive = use.buffers.filter { $0.steps.contains(use.peak.step) }.sorted { $0.offset < $1.offset }
        #expect(alive.reduce(0) { $0 + $1.bytes } == use.peak.bytes)
        for (left, right) in zip(alive, alive.dropFirst()) { #expect(left.offset + left.bytes <= right.offset) }
    }
}
