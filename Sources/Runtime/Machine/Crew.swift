import CBitdepthKernels
import CBitdepthSystem
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The workers of a thread pool, and how work is handed to them.
///
/// Part 0 of a job is the calling thread's, part n that of worker n - 1, whose berth the job is offered in. The worker
/// claims it there, or the calling thread does once it has nothing else to do.
final class Crew: @unchecked Sendable {
    // Unchecked is sound: `job` is written by the thread that holds `busy` while no worker has claimed a part, and read by
    // those that have; the berths say who has.
    private let size: Int
    private let berths: UnsafeMutablePointer<Berth>
    private let job: UnsafeMutablePointer<Job>
    private let ticket: UnsafeMutablePointer<Int>
    private let busy = Atomic<Bool>(false)
    private let stopping = Atomic<Bool>(false)
    private let ownParts = Atomic<Int>(0)
    /// Where the calling thread was when it offered a job.
    private let callersProcessor = Atomic<Int>(-1)

    private struct Job {
        var calls: UnsafeBufferPointer<RangeCall>
        var parts: Int

        func run(part: Int) {
            for call in calls { call.run(part: part, of: parts) }
        }
    }

    /// Turns of a waiting loop, 50 to 100 µs, before a worker sleeps, and before the calling thread gives its processor to a
    /// worker that may need it: longer than most steps, for to sleep and to be woken takes as long as some of them.
    private static let patience = 2000

    init(size: Int) {
        self.size = size
        berths = .allocate(capacity: size)
        for index in 0..<size { (berths + index).initialize(to: Berth()) }
        job = .allocate(capacity: 1)
        job.initialize(to: Job(calls: UnsafeBufferPointer(start: nil, count: 0), parts: 0))
        ticket = .allocate(capacity: 1)
        ticket.initialize(to: 0)
    }

    deinit {
        berths.deinitialize(count: size)
        berths.deallocate()
        job.deallocate()
        ticket.deallocate()
    }

    func acquire() -> Bool { !busy.exchange(true, ordering: .acquiring) }
    func release() { busy.store(false, ordering: .releasing) }

    /// Parts that a thread has done; the calling threads together are number 0.
    func executedParts(of thread: Int) -> Int {
        thread == 0 ? ownParts.load(ordering: .relaxed) : berths[thread - 1].executed.load(ordering: .relaxed)
    }

    // MARK: The calling thread

    /// - Parameter parts: 2 ... size + 1.
    func run(_ calls: UnsafeBufferPointer<RangeCall>, parts: Int) {
        job.pointee = Job(calls: calls, parts: parts)
        ticket.pointee &+= 1
        let ticket = ticket.pointee
        callersProcessor.store(Int(bd_current_processor()), ordering: .relaxed)
        for worker in 0..<parts - 1 { berths[worker].offer(ticket) }
        job.pointee.run(part: 0)
        var executed = 1
        for worker in 0..<parts - 1 where berths[worker].withdraw(ticket) {
            job.pointee.run(part: worker + 1)
            executed += 1
        }
        ownParts.wrappingAdd(executed, ordering: .relaxed)
        for worker in 0..<parts - 1 {
            var waited = 0
            while !berths[worker].isDone {
                waited += 1
                if waited < Crew.patience { bd_pause() } else { sched_yield() }
            }
        }
    }

    /// Lets all workers end. No job runs at this time, and none will.
    func stop() {
        stopping.store(true, ordering: .sequentiallyConsistent)
        ticket.pointee &+= 1
        for worker in 0..<size { berths[worker].offer(ticket.pointee) }
    }

    // MARK: Workers

    /// Jobs of a worker before it moves again.
    private static let jobsBetweenMoves = 500

    /// On a busy machine a worker may be put on the very processor of the thread that it is to help, where it only takes its
    /// time away. Then it goes elsewhere.
    private func leaveCallersProcessor() -> Bool {
        let processor = bd_current_processor()
        guard processor >= 0, callersProcessor.load(ordering: .relaxed) == Int(processor) else { return false }
        _ = bd_leave_processor(processor)
        return true
    }

    /// Starts a thread that serves until ``stop()``; `false` when the system gives none.
    func startWorker(_ index: Int) -> Bool {
        Threads.detach { [self] in work(at: berths + index, part: index + 1) }
    }

    private func work(at berth: UnsafeMutablePointer<Berth>, part: Int) {
        var jobs = Crew.jobsBetweenMoves
        while true {
            guard let ticket = berth.pointee.awaitOffer(turns: Crew.patience) else { continue }
            if stopping.load(ordering: .acquiring) { return }
            jobs += 1
            if jobs > Crew.jobsBetweenMoves, leaveCallersProcessor() { jobs = 0 }
            guard berth.pointee.claim(ticket) else { continue }
            job.pointee.run(part: part)
            berth.pointee.executed.wrappingAdd(1, ordering: .relaxed)
            berth.pointee.finish(ticket)
        }
    }
}
