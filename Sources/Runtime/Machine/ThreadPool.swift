import CBitdepthKernels
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Threads that share the work of one step at a time: a static split, so results never depend on scheduling.
///
/// Between steps workers spin for some microseconds and then sleep. When another session uses the pool at the moment,
/// a step simply runs on the calling thread.
public final class ThreadPool: Sendable {
    /// Threads that take part, the calling one included.
    public let threadCount: Int
    private let shared: Shared

    public init(threadCount: Int) {
        shared = Shared(workerCount: max(1, threadCount) - 1)
        // Where the system gives fewer threads, fewer parts are made.
        var started = 0
        while started < max(1, threadCount) - 1, shared.startWorker(started) { started += 1 }
        shared.setWorkerCount(started)
        self.threadCount = started + 1
    }

    deinit { shared.stop() }

    /// How many parts each thread has executed; for the test that all of them work.
    public var executedParts: [Int] { shared.executed.map { $0.value.load(ordering: .relaxed) } }

    /// Calls `body` with consecutive ranges that together are `0..<count`, each at least `grain` long if there are several.
    func run(_ count: Int, grain: Int, _ body: (Int, Int) -> Void) {
        let parts = min(threadCount, max(1, count / max(grain, 1)))
        guard parts > 1, shared.acquire() else { return body(0, count) }
        defer { shared.release() }
        // The closure outlives no call: `shared.run` returns only when every worker is through with it.
        withoutActuallyEscaping(body) { escaping in
            shared.run(Job(count: count, parts: parts, body: escaping))
        }
    }
}

/// One step's work, split into equal parts.
private struct Job {
    var count: Int
    var parts: Int
    var body: (Int, Int) -> Void

    func run(part: Int) {
        guard part < parts else { return }
        body(count * part / parts, count * (part + 1) / parts)
    }
}

private final class Counter: Sendable {
    let value = Atomic<Int>(0)
}

/// What the calling thread and the workers have in common.
private final class Shared: @unchecked Sendable {
    /// Turns of a waiting loop before a thread gives its processor away: 50 to 100 µs, longer than most steps, for to sleep
    /// and to be woken takes as long as some of them.
    private static let spins = 4000

    // Unchecked is sound: `job` is written by the thread that holds `busy` before it publishes a new `generation`, and
    // read by workers after they saw it; `remaining` tells the writer when all have finished.
    private var job: Job?
    private let busy = Atomic<Bool>(false)
    private let generation = Atomic<Int>(0)
    private let remaining = Atomic<Int>(0)
    private let stopping = Atomic<Bool>(false)
    private let sleepers = Atomic<Int>(0)
    private var workerCount: Int
    let executed: [Counter]
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    init(workerCount: Int) {
        self.workerCount = workerCount
        executed = (0...workerCount).map { _ in Counter() }
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Called once, before the first job.
    func setWorkerCount(_ count: Int) { workerCount = count }

    func acquire() -> Bool { !busy.exchange(true, ordering: .acquiring) }
    func release() { busy.store(false, ordering: .releasing) }

    func run(_ job: Job) {
        self.job = job
        remaining.store(workerCount, ordering: .relaxed)
        generation.wrappingAdd(1, ordering: .sequentiallyConsistent)
        if sleepers.load(ordering: .sequentiallyConsistent) > 0 { wake() }
        job.run(part: 0)
        executed[0].value.wrappingAdd(1, ordering: .relaxed)
        var waited = 0
        while remaining.load(ordering: .acquiring) > 0 {
            waited += 1
            // A worker that is late may be waiting for this thread's processor.
            if waited < Shared.spins { bd_pause() } else { sched_yield() }
        }
        self.job = nil
    }

    func stop() {
        stopping.store(true, ordering: .sequentiallyConsistent)
        generation.wrappingAdd(1, ordering: .sequentiallyConsistent)
        wake()
    }

    private func wake() {
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Starts a thread that serves until ``stop()``; `false` when the system gives none.
    func startWorker(_ index: Int) -> Bool {
        Threads.detach { [self] in work(index: index) }
    }

    private func work(index: Int) {
        var seen = 0
        while true {
            seen = waitForJob(after: seen)
            if stopping.load(ordering: .acquiring) { return }
            if let job, index + 1 < job.parts {
                job.run(part: index + 1)
                executed[index + 1].value.wrappingAdd(1, ordering: .relaxed)
            }
            remaining.wrappingSubtract(1, ordering: .releasing)
        }
    }

    /// Spins for a while, then sleeps until `generation` moves on.
    private func waitForJob(after seen: Int) -> Int {
        for _ in 0..<Shared.spins {
            let now = generation.load(ordering: .acquiring)
            if now != seen { return now }
            bd_pause()
        }
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        sleepers.wrappingAdd(1, ordering: .sequentiallyConsistent)
        defer { sleepers.wrappingSubtract(1, ordering: .sequentiallyConsistent) }
        while true {
            let now = generation.load(ordering: .sequentiallyConsistent)
            if now != seen { return now }
            pthread_cond_wait(condition, mutex)
        }
    }
}
