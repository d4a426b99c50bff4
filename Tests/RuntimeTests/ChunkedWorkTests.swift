import BitdepthTensors
import Testing

@testable import BitdepthRuntime

@Suite("Work in chunks")
struct ChunkedWorkTests {
    @Test(
        "Results come in the order of the samples for any number of threads", arguments: [0, 1, 15, 16, 17, 200],
        [1, 2, 7])
    func order(count: Int, threads: Int) throws {
        let ranges = try ChunkedWork(count: count, chunk: 16, threads: threads).map { $0 }
        #expect(ranges.flatMap { Array($0) } == Array(0..<count))
        #expect(ranges.allSatisfy { $0.lowerBound % 16 == 0 && $0.count <= 16 })
    }

    @Test("The error of the first chunk that fails is thrown, whichever fails first", arguments: [1, 2, 8])
    func firstError(threads: Int) {
        for _ in 0..<20 {
            let error = #expect(throws: BitdepthError.self) {
                _ = try ChunkedWork(count: 64, chunk: 1, threads: threads).map { range throws(BitdepthError) -> Int in
                    if range.lowerBound >= 9 { throw BitdepthError(.badData, "chunk \(range.lowerBound)") }
                    return range.lowerBound
                }
            }
            #expect(error?.message == "chunk 9")
        }
    }

    @Test("Counts that are negative or as large as they may be are no traps")
    func extremes() throws {
        #expect(try ChunkedWork(count: -3, threads: 2).map { $0.count } == [])
        #expect(try ChunkedWork(count: .max, chunk: .max, threads: 2).map { $0.count } == [.max])
        #expect(try ChunkedWork(count: .max, chunk: .max - 1, threads: 1).map { $0.count } == [.max - 1, 1])
    }
}
