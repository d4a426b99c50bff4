import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Lists of calls")
struct CallListTests {
    @Test("Work of the calling thread stands between what is split, and its error ends the run")
    func order() throws {
        let pool = ThreadPool(threadCount: 3)
        let written = UnsafeMutablePointer<Int>.allocate(capacity: 30)
        defer { written.deallocate() }
        written.initialize(repeating: 0, count: 30)
        var calls = CallList(threads: 3)
        calls.split(30, grain: 1) { begin, end in for index in begin..<end { written[index] = index } }
        let sum = Lock(0)
        calls.alone { sum.withLock { $0 = (0..<30).reduce(0) { $0 + written[$1] } } }
        calls.alone { () throws(BitdepthError) in throw BitdepthError(.usage, "enough") }
        calls.split(30, grain: 1) { begin, end in for index in begin..<end { written[index] = -1 } }
        #expect(throws: BitdepthError.self) { try calls.run(on: pool) }
        #expect(sum.withLock { $0 } == 435)
        #expect(written[29] == 29)
    }

    @Test("Calls that join the next one are split with it, and run even when nothing follows")
    func joined() throws {
        let hits = Lock([0, 0, 0])
        var calls = CallList(threads: 2)
        calls.split(1, grain: .max, joinsNext: true) { begin, end in hits.withLock { $0[0] += end - begin } }
        calls.split(9, grain: 2) { begin, end in hits.withLock { $0[1] += end - begin } }
        #expect(calls.phases.count == 1)
        calls.split(5, grain: 1, joinsNext: true) { begin, end in hits.withLock { $0[2] += end - begin } }
        calls.alone {}
        #expect(calls.phases.count == 3)
        for pool in [nil, ThreadPool(threadCount: 2)] { try calls.run(on: pool) }
        #expect(hits.withLock { $0 } == [2, 18, 10])
    }

    @Test("A pool that was asleep takes part again")
    func sleepers() throws {
        let pool = ThreadPool(threadCount: 2)
        let count = Lock(0)
        var calls = CallList(threads: 2)
        calls.split(2, grain: 1) { begin, end in count.withLock { $0 += end - begin } }
        for round in 1...5 {
            try calls.run(on: pool)
            #expect(count.withLock { $0 } == 2 * round)
            // Longer than workers stay awake.
            let clock = ContinuousClock()
            let start = clock.now
            while start.duration(to: clock.now) < .milliseconds(2) {}
        }
    }
}
