import BitdepthRuntime
import BitdepthTensors

/// Is told how many samples of how many are done; throws to stop the work.
public typealias SampleProgress = @Sendable (_ done: Int, _ total: Int) throws(BitdepthError) -> Void

/// Counts finished samples over all threads.
public final class ProgressCounter: Sendable {
    private let done = Lock(0)
    private let total: Int
    private let report: SampleProgress?

    public init(total: Int, _ report: SampleProgress?) {
        self.total = total
        self.report = report
    }

    /// One more sample is done.
    public func advance() throws(BitdepthError) {
        let count = done.withLock { (count: inout Int) -> Int in
            count += 1
            return count
        }
        try report?(count, total)
    }
}
