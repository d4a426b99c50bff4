import BitdepthRuntime
import BitdepthTensors
import Synchronization

/// A flag that a task's cancellation sets and long work polls.
final class TaskCancellation: Sendable {
    private let isCancelled = Atomic<Bool>(false)

    func cancel() { isCancelled.store(true, ordering: .relaxed) }

    func check() throws(BitdepthError) {
        if isCancelled.load(ordering: .relaxed) { throw BitdepthError(.cancelled, "the task was cancelled") }
    }
}

/// Work on a thread of its own, so that Swift's cooperative pool is not held up.
enum Detached {
    static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            BackgroundThread.start { continuation.resume(returning: body()) }
        }
    }
}
