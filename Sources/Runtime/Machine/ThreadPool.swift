/// Threads that share the work of one step at a time: a static split, so results never depend on scheduling.
///
/// Between steps workers spin for some microseconds and then sleep. A part that its worker has not begun when the calling
/// thread is through with its own is done by the calling thread: a worker that sleeps, or whose processor is taken by
/// somebody else, delays nothing. When another session uses the pool at the moment, a step simply runs on the calling thread.
public final class ThreadPool: Sendable {
    /// Threads that take part, the calling one included.
    public let threadCount: Int
    private let crew: Crew

    public init(threadCount: Int) {
        crew = Crew(size: max(1, threadCount) - 1)
        // Where the system gives fewer threads, fewer parts are made.
        var started = 0
        while started < max(1, threadCount) - 1, crew.startWorker(started) { started += 1 }
        self.threadCount = started + 1
    }

    deinit { crew.stop() }

    /// How many parts each thread has executed; for the test that all of them work.
    public var executedParts: [Int] { (0..<threadCount).map(crew.executedParts) }

    /// Runs calls that do not depend on each other, each cut into `parts` ranges, and returns when all are done. Calls nothing
    /// that allocates.
    ///
    /// - Parameter parts: At most ``threadCount``. Ranges of the same place in several calls run on the same thread, in order.
    func run(_ calls: UnsafeBufferPointer<RangeCall>, parts: Int) {
        guard parts > 1, crew.acquire() else {
            for call in calls { call.run(part: 0, of: 1) }
            return
        }
        crew.run(calls, parts: min(parts, threadCount))
        crew.release()
    }
}
