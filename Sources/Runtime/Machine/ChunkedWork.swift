import BitdepthTensors
import Synchronization

/// Work on many samples, cut into chunks of fixed size that threads take in order. Results come back in the order of the
/// chunks, so that what is made of them cannot depend on the number of threads.
public struct ChunkedWork: Sendable {
    public var count: Int
    public var chunk: Int
    public var threads: Int

    public init(count: Int, chunk: Int = 16, threads: Int) {
        self.count = max(0, count)
        self.chunk = max(1, chunk)
        self.threads = max(1, threads)
    }

    /// Calls `body` for each chunk, on threads of its own.
    ///
    /// - Throws: The error of the first chunk that failed.
    public func map<Result: Sendable>(
        _ body: @escaping @Sendable (Range<Int>) throws(BitdepthError) -> Result
    ) throws(BitdepthError) -> [Result] {
        let chunks = count / chunk + (count % chunk == 0 ? 0 : 1)
        let results = Lock<[Outcome<Result>]>([Outcome<Result>](repeating: .pending, count: chunks))
        let state = ChunkState()
        let (count, chunk) = (count, chunk)
        Threads.run(min(threads, chunks)) {
            while !state.failed.load(ordering: .relaxed) {
                let next = state.next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard next < chunks else { return }
                let range = next * chunk..<next * chunk + min(chunk, count - next * chunk)
                let outcome: Outcome<Result>
                do throws(BitdepthError) {
                    outcome = .success(try body(range))
                } catch {
                    state.failed.store(true, ordering: .relaxed)
                    outcome = .failure(error)
                }
                results.withLock { $0[next] = outcome }
            }
        }
        // Chunks are handed out in order, so every chunk before the first failure was finished.
        var values: [Result] = []
        for outcome in results.withLock({ $0 }) {
            switch outcome {
            case .success(let value): values.append(value)
            case .failure(let error): throw error
            case .pending: break
            }
        }
        return values
    }

    private enum Outcome<Result: Sendable>: Sendable {
        case pending
        case success(Result)
        case failure(BitdepthError)
    }
}

private final class ChunkState: Sendable {
    let next = Atomic<Int>(0)
    let failed = Atomic<Bool>(false)
}
