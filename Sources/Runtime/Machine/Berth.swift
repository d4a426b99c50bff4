import CBitdepthKernels
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Where one worker is offered its part of each job, and sleeps when there is none for long.
///
/// Its state is one number, the job's ticket and how far its part has come, so that a worker that comes late cannot take
/// part in a job that is over.
struct Berth: ~Copyable {
    private enum Phase: Int {
        /// Whoever comes first may claim the part.
        case offered
        case claimed
        /// There is nothing to do, and the worker looks often.
        case done
        /// There is nothing to do, and the worker must be woken.
        case asleep
    }

    private let state = Atomic<Int>(Berth.state(0, .done))
    /// Parts that the worker has done.
    let executed = Atomic<Int>(0)
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    /// Aligns berths to cache lines of their own.
    private let padding = SIMD8<Int>()

    init() {
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

    private static func state(_ ticket: Int, _ phase: Phase) -> Int { ticket << 2 | phase.rawValue }
    private static func phase(_ state: Int) -> Phase? { Phase(rawValue: state & 3) }

    // MARK: The calling thread

    /// Offers a part, and wakes the worker if it sleeps.
    func offer(_ ticket: Int) {
        let before = state.exchange(Berth.state(ticket, .offered), ordering: .acquiringAndReleasing)
        guard Berth.phase(before) == .asleep else { return }
        pthread_mutex_lock(mutex)
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Takes the part back; `false` when the worker has begun it.
    func withdraw(_ ticket: Int) -> Bool { move(ticket, from: .offered, to: .done) }

    var isDone: Bool { state.load(ordering: .acquiring) & 3 >= Phase.done.rawValue }

    // MARK: The worker

    /// Waits for an offer, at first awake, then asleep.
    ///
    /// - Returns: The job's ticket; `nil` when what happened meanwhile must be looked at again.
    func awaitOffer(turns: Int) -> Int? {
        var seen = state.load(ordering: .acquiring)
        for _ in 0..<turns where Berth.phase(seen) != .offered {
            bd_pause()
            seen = state.load(ordering: .acquiring)
        }
        if Berth.phase(seen) == .offered { return seen >> 2 }
        if move(seen >> 2, from: .done, to: .asleep) { sleep() }
        return nil
    }

    func claim(_ ticket: Int) -> Bool { move(ticket, from: .offered, to: .claimed) }

    func finish(_ ticket: Int) { state.store(Berth.state(ticket, .done), ordering: .releasing) }

    private func sleep() {
        pthread_mutex_lock(mutex)
        while Berth.phase(state.load(ordering: .acquiring)) == .asleep { pthread_cond_wait(condition, mutex) }
        pthread_mutex_unlock(mutex)
    }

    private func move(_ ticket: Int, from: Phase, to: Phase) -> Bool {
        state.compareExchange(
            expected: Berth.state(ticket, from), desired: Berth.state(ticket, to), ordering: .acquiringAndReleasing
        ).exchanged
    }
}
