import BitdepthInspection
import Synchronization
import Testing

@testable import BitdepthCommand

@Suite("Progress")
struct ProgressTests {
    private final class Recorder: Sendable {
        let text = Mutex("")
        let clock = Mutex(Duration.zero)

        func progress(_ text: ProgressText, _ drawing: ProgressMode.Drawing) -> Progress {
            Progress(
                text, drawing: drawing, usesColor: false, width: { 100 }, elapsed: { self.clock.withLock { $0 } },
                write: { piece in self.text.withLock { $0 += piece } })
        }

        func advance(to seconds: Double) { clock.withLock { $0 = .seconds(seconds) } }
        var lines: [String] { text.withLock { $0 }.split(separator: "\n").map(String.init) }
        var all: String { text.withLock { $0 } }
    }

    private let calibrating = ProgressText(stage: "calibrating", total: 128, unit: "img")

    @Test("Without a terminal there is one plain line every 10 seconds")
    func plainLines() {
        let recorder = Recorder()
        let progress = recorder.progress(calibrating, .lines)
        for step in 1...128 {
            recorder.advance(to: Double(step) / 4)
            progress.advance()
        }
        progress.finish()
        #expect(
            recorder.lines == [
                "bitdepth: calibrating  40/128 (4.00 img/s)", "bitdepth: calibrating  80/128 (4.00 img/s)",
                "bitdepth: calibrating 120/128 (4.00 img/s)", "bitdepth: calibrating 128/128 (4.00 img/s)",
            ])
    }

    @Test("Short work says nothing in plain lines")
    func shortWork() {
        let recorder = Recorder()
        let progress = recorder.progress(calibrating, .lines)
        recorder.advance(to: 3)
        progress.advance(by: 128)
        progress.finish()
        #expect(recorder.all == "")
    }

    @Test("A bar is drawn at most ten times a second, in one line, and ends it once")
    func bar() {
        let recorder = Recorder()
        let progress = recorder.progress(calibrating, .bar)
        for step in 1...1000 {
            recorder.advance(to: Double(step) / 1000)
            progress.update(to: step * 128 / 1000)
        }
        progress.finish(detail: "38 MB")
        progress.finish()
        let drawings = recorder.all.split(separator: "\r")
        #expect(drawings.count == 11)
        #expect(recorder.lines.count == 1)
        #expect(
            drawings.last
                == "  Calibrating ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 128/128 · 128 img/s · 1.0 s · 38 MB\u{1B}[K\n")
    }

    @Test("A bar left by failed work ends its line")
    func abandonedBar() {
        let recorder = Recorder()
        do {
            let progress = recorder.progress(calibrating, .bar)
            recorder.advance(to: 1)
            progress.advance()
        }
        #expect(recorder.all.hasSuffix("\n"))
    }

    @Test("A late report does not turn progress back")
    func monotonic() {
        let recorder = Recorder()
        let progress = recorder.progress(calibrating, .lines)
        progress.update(to: 20)
        recorder.advance(to: 10)
        progress.update(to: 10)
        #expect(recorder.lines == ["bitdepth: calibrating  20/128 (2.00 img/s)"])
    }

    @Test("Records are JSON with a schema, one line each")
    func records() {
        #expect(
            calibrating.record(completed: 64, seconds: 3.5)
                == #"{"schema":"bitdepth.progress/1","stage":"calibrating","completed":64,"total":128,"unit":"img","seconds":3.5}"#
        )
    }

    @Test("The bar tells what is left, and fits any width", arguments: [1, 5, 20, 30, 40, 60, 80, 200])
    func widths(columns: Int) {
        let text = calibrating.bar(completed: 64, seconds: 4, width: columns)
        #expect(text.displayWidth < max(2, columns))
        if columns >= 80 {
            #expect(text == "  Calibrating ━━━━━━━━━━━━━━━─────────────── " + " 64/128 · 16.0 img/s · 4.0 s left")
        }
    }

    @Test("Odd cases: nothing to do, more done than announced, no total, no unit")
    func oddCases() {
        #expect(ProgressText(stage: "checking", total: 0).bar(completed: 0, seconds: 0, width: 50).contains("━━━ 0/0"))
        #expect(
            ProgressText(stage: "checking", total: 2).bar(completed: 5, seconds: 1, width: 40).contains("5/2 · 5.00/s"))
        #expect(
            ProgressText(stage: "reading", total: nil).bar(completed: 7, seconds: 2, width: 80)
                == "  Reading     7 · 3.50/s")
        #expect(ProgressText(stage: "reading", total: nil).line(completed: 0, seconds: 0) == "bitdepth: reading 0")
    }

    @Test("All threads may report")
    func threads() async {
        let recorder = Recorder()
        let progress = recorder.progress(ProgressText(stage: "running", total: 4000), .records)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { for _ in 0..<1000 { progress.advance() } } }
        }
        progress.finish()
        #expect(recorder.lines.count == 1)
        #expect(recorder.lines.first?.contains("\"completed\":4000") == true)
    }
}
