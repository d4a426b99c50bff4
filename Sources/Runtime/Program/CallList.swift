import BitdepthTensors

/// What the steps of a program do in the memory of one session: a flat list of calls. Whatever must be allocated is allocated
/// while the list is made, so that to run it allocates nothing.
struct CallList {
    /// What is done between two moments at which all threads wait for each other.
    enum Phase {
        /// Calls that do not depend on each other, and how many threads share each of them.
        case shared(calls: Range<Int>, parts: Int)
        /// Work of the calling thread.
        case alone(FallibleBody)
    }

    /// Threads that run it.
    let threads: Int
    private(set) var phases: [Phase] = []
    private var calls: [RangeCall] = []
    /// How many calls at the end of the list are not in a phase yet, and how many parts they are worth.
    private var open = (calls: 0, parts: 0)
    private var bodies: [RangeBody] = []
    private let memory = KeptMemory()

    init(threads: Int) { self.threads = threads }

    // MARK: Making the list

    /// A call of a kernel, split over the threads.
    ///
    /// - Parameters:
    ///   - grain: Indices that make a part worth a thread's while.
    ///   - joinsNext: Whether the call that comes next may run at the same time: neither reads or writes what the other writes.
    ///     They are then split into equally many parts.
    mutating func split<Job: KernelJob>(
        _ count: Int, grain: Int, joinsNext: Bool = false, _ kernel: Job.Kernel, _ job: Job
    ) {
        // All kernels of jobs have this form, seen through a pointer without a type.
        let entry = unsafeBitCast(kernel, to: RangeCall.Entry.self)
        add(RangeCall(entry: entry, context: memory.keep(job), count: count), grain, joinsNext)
    }

    /// A function of a range, split over the threads.
    mutating func split(
        _ count: Int, grain: Int, joinsNext: Bool = false, _ body: @escaping (_ begin: Int, _ end: Int) -> Void
    ) {
        let kept = RangeBody(run: body)
        bodies.append(kept)
        add(RangeCall(entry: RangeBody.entry, context: kept.context, count: count), grain, joinsNext)
    }

    /// Something that the calling thread does alone.
    mutating func alone(_ body: @escaping () throws(BitdepthError) -> Void) {
        close()
        phases.append(.alone(FallibleBody(run: body)))
    }

    /// Memory that lives as long as the list.
    func keep<Value: BitwiseCopyable>(_ value: Value) -> UnsafeMutablePointer<Value> { memory.keep(value) }

    private mutating func add(_ call: RangeCall, _ grain: Int, _ joinsNext: Bool) {
        calls.append(call)
        open.calls += 1
        open.parts += call.count / max(grain, 1)
        if !joinsNext { close() }
    }

    private mutating func close() {
        guard open.calls > 0 else { return }
        let parts = min(threads, max(1, open.parts))
        phases.append(.shared(calls: calls.count - open.calls..<calls.count, parts: parts))
        open = (0, 0)
    }

    // MARK: Running it

    /// - Throws: What work of the calling thread throws.
    func run(on pool: ThreadPool?) throws(BitdepthError) { try run(0..<phases.count, on: pool) }

    func run(_ range: Range<Int>, on pool: ThreadPool?) throws(BitdepthError) {
        for index in range {
            switch phases[index] {
            case .shared(let range, let parts):
                calls.withUnsafeBufferPointer { calls in
                    let calls = UnsafeBufferPointer(rebasing: calls[range])
                    if let pool {
                        pool.run(calls, parts: parts)
                    } else {
                        for call in calls { call.run(part: 0, of: 1) }
                    }
                }
            case .alone(let body): try body.run()
            }
        }
    }
}

/// A closure that may fail, in a place of its own.
final class FallibleBody {
    let run: () throws(BitdepthError) -> Void
    init(run: @escaping () throws(BitdepthError) -> Void) { self.run = run }
}

/// A closure of a range in the form of a kernel. Whoever calls it keeps it alive.
final class RangeBody {
    let run: (Int, Int) -> Void
    init(run: @escaping (Int, Int) -> Void) { self.run = run }

    var context: UnsafeRawPointer { UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque()) }

    static let entry: RangeCall.Entry = { context, begin, end in
        guard let context else { return }
        Unmanaged<RangeBody>.fromOpaque(context)._withUnsafeGuaranteedRef { $0.run(Int(begin), Int(end)) }
    }
}

/// Blocks of memory that are freed together.
final class KeptMemory {
    private var blocks: [UnsafeMutableRawPointer] = []

    deinit { for block in blocks { block.deallocate() } }

    /// A copy of a value that owns nothing.
    func keep<Value>(_ value: Value) -> UnsafeMutablePointer<Value> {
        let place = UnsafeMutablePointer<Value>.allocate(capacity: 1)
        place.initialize(to: value)
        blocks.append(UnsafeMutableRawPointer(place))
        return place
    }
}
