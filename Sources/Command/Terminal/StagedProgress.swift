import BitdepthRuntime
import BitdepthTensors

/// Progress of work that goes through stages, as libraries report it: the stage's name, steps done, steps in all.
///
/// Each report also asks whether the user wants the work to stop.
final class StagedProgress: Sendable {
    private let messages: Messages
    private let unit: String
    private let cancellation: Cancellation
    private let current = Lock<(stage: String, progress: Progress)?>(nil)

    init(_ messages: Messages, unit: String, cancellation: Cancellation = Cancellation()) {
        self.messages = messages
        self.unit = unit
        self.cancellation = cancellation
    }

    /// - Throws: ``BitdepthError/Code/cancelled`` once a stop was asked for.
    @Sendable
    func report(_ stage: String, _ done: Int, _ total: Int) throws(BitdepthError) {
        progress(of: stage, total).update(to: done)
        try cancellation.check()
    }

    /// Shows the end of the last stage.
    ///
    /// - Parameter detail: What else there is to say about it ("38 MB").
    func finish(detail: String? = nil) {
        current.withLock { current in
            current?.progress.finish(detail: detail)
            current = nil
        }
    }

    private func progress(of stage: String, _ total: Int) -> Progress {
        current.withLock { current in
            if let current, current.stage == stage { return current.progress }
            current?.progress.finish()
            let progress = messages.progress(stage, total: total, unit: unit)
            current = (stage, progress)
            return progress
        }
    }
}
