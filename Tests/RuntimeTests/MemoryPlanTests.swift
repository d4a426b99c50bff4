import Testing

@testable import BitdepthRuntime

@Suite("Memory plan")
struct MemoryPlanTests {
    private func randomItems(_ numbers: inout SeededNumbers) -> [MemoryPlan.Item] {
        (0..<Int.random(in: 0...60, using: &numbers)).map { _ in
            let first = Int.random(in: -1...40, using: &numbers)
            let last = numbers.chance(0.1) ? Int.max : first + Int.random(in: 0...15, using: &numbers)
            return MemoryPlan.Item(bytes: numbers.choice([0, 1, 63, 64, 5000, 100_000]) ?? 0, lifetime: first...last)
        }
    }

    @Test(
        "Buffers that are alive at once do not overlap, what kernels read behind them included",
        arguments: 0..<60 as Range<UInt64>)
    func overlaps(seed: UInt64) {
        var numbers = SeededNumbers(seed: seed)
        let items = randomItems(&numbers)
        let plan = MemoryPlan(items)
        for (index, item) in items.enumerated() {
            #expect(plan.offsets[index] % 64 == 0)
            #expect(plan.offsets[index] + item.bytes + 128 <= plan.total)
            for other in 0..<index where items[other].lifetime.overlaps(item.lifetime) {
                let apart =
                    plan.offsets[other] + items[other].bytes + 128 <= plan.offsets[index]
                    || plan.offsets[index] + item.bytes + 128 <= plan.offsets[other]
                #expect(apart, "buffers \(other) and \(index) overlap, seed \(seed)")
            }
        }
    }

    @Test("Buffers of a chain share two places")
    func chain() {
        let items = (0..<20).map { MemoryPlan.Item(bytes: 1000, lifetime: $0...$0 + 1) }
        #expect(MemoryPlan(items).total == 2 * MemoryPlan.placedBytes(1000))
    }
}
