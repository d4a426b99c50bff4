import Synchronization

/// Tells on standard error how far some work has come; any thread may report.
///
/// Whoever reports when the next drawing is due draws it, so there is no lock and no thread of its own.
final class Progress: Sendable {
    private let text: ProgressText
    private let drawing: ProgressMode.Drawing
    private let width: @Sendable () -> Int
    private let usesColor: Bool
    private let write: @Sendable (String) -> Void
    private let elapsed: @Sendable () -> Duration
    private let completed = Atomic<Int>(0)
    /// Nanoseconds after the start.
    private let nextDrawing: Atomic<Int64>
    private let hasDrawn = Atomic<Bool>(false)
    private let isFinished = Atomic<Bool>(false)

    /// - Parameters:
    ///   - width: Asked at every drawing, as windows change their size.
    ///   - elapsed: Time since the work began.
    init(
        _ text: ProgressText, drawing: ProgressMode.Drawing, usesColor: Bool, width: @escaping @Sendable () -> Int,
        elapsed: @escaping @Sendable () -> Duration, write: @escaping @Sendable (String) -> Void
    ) {
        self.text = text
        self.drawing = drawing
        self.usesColor = usesColor
        self.width = width
        self.elapsed = elapsed
        self.write = write
        nextDrawing = Atomic(drawing.interval.nanoseconds)
    }

    convenience init(_ text: ProgressText, as mode: ProgressMode, on terminal: Terminal) {
        let start = ContinuousClock.now
        let errors = terminal.errors
        self.init(
            text, drawing: mode.drawing(redrawsLines: terminal.redrawsLines), usesColor: errors.usesColor,
            width: { errors.width ?? 80 }, elapsed: { start.duration(to: .now) },
            // There is nobody left to tell when standard error is gone.
            write: { try? errors.write($0) })
    }

    deinit {
        // Work that failed leaves its bar; what is printed next begins on its own line.
        if drawing == .bar, hasDrawn.load(ordering: .relaxed), !isFinished.load(ordering: .relaxed) { write("\n") }
    }

    /// Counts `steps` more as done.
    func advance(by steps: Int = 1) {
        let count = completed.wrappingAdd(steps, ordering: .relaxed).newValue
        let now = elapsed()
        if isDue(now) { draw(count, now) }
    }

    /// Sets how many steps are done, for work that counts by itself; reports that come late change nothing.
    func update(to count: Int) {
        let count = completed.max(count, ordering: .relaxed).newValue
        let now = elapsed()
        if isDue(now) { draw(count, now) }
    }

    /// Shows the end of the work once. Plain lines speak only of work that was long enough to be spoken of before.
    func finish(detail: String? = nil) {
        guard !isFinished.exchange(true, ordering: .relaxed) else { return }
        let (count, now) = (completed.load(ordering: .relaxed), elapsed())
        if drawing == .lines, !hasDrawn.load(ordering: .relaxed) { return }
        draw(count, now, isFinished: true, detail: detail)
    }

    /// Whether it is this caller's turn to draw.
    private func isDue(_ now: Duration) -> Bool {
        guard drawing != .nothing else { return false }
        let due = nextDrawing.load(ordering: .relaxed)
        guard now.nanoseconds >= due else { return false }
        let next = now.nanoseconds + drawing.interval.nanoseconds
        return nextDrawing.compareExchange(expected: due, desired: next, ordering: .relaxed).exchanged
    }

    private func draw(_ count: Int, _ now: Duration, isFinished: Bool = false, detail: String? = nil) {
        hasDrawn.store(true, ordering: .relaxed)
        let seconds = Double(now.nanoseconds) / 1e9
        switch drawing {
        case .nothing: break
        case .lines: write(text.line(completed: count, seconds: seconds) + "\n")
        case .records: write(text.record(completed: count, seconds: seconds) + "\n")
        case .bar:
            let bar = text.bar(
                completed: count, seconds: seconds, isFinished: isFinished, detail: detail, width: width()
            ) {
                usesColor ? $1.painted($0) : $0
            }
            write("\r" + bar + "\u{1B}[K" + (isFinished ? "\n" : ""))
        }
    }
}

extension Duration {
    /// Whole nanoseconds, for at most 292 years.
    fileprivate var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000
    }
}
