import BitdepthInspection

/// The words for how far some work has come, a function of what is done and the time it took.
struct ProgressText: Sendable {
    /// Lower case: "calibrating".
    var stage: String
    var total: Int?
    /// What a step is, as it stands before "/s"; may be empty.
    var unit = ""

    /// `bitdepth: calibrating 64/128 (20.6 img/s)`
    func line(completed: Int, seconds: Double) -> String {
        "bitdepth: \(stage) \(amount(completed))" + (rate(completed, seconds).map { " (\($0))" } ?? "")
    }

    /// One JSON object for programs that show their own progress.
    func record(completed: Int, seconds: Double) -> String {
        JSONValue.document(
            "progress",
            [
                "stage": .string(stage), "completed": .integer(completed), "total": .optional(total),
                "unit": .string(unit),
                "seconds": .number(seconds),
            ]
        ).text(indented: false)
    }

    /// `  Calibrating ━━━━━━╸─── 64/128 · 20.6 img/s · 3.1 s left`; the time it took in the end instead of what is left.
    ///
    /// - Parameters:
    ///   - width: Columns of the terminal; the bar gives way first, then the last facts.
    ///   - detail: What else is to be said when it is done ("38 MB").
    func bar(
        completed: Int, seconds: Double, isFinished: Bool = false, detail: String? = nil, width: Int,
        styled: (String, Style) -> String = { text, _ in text }
    ) -> String {
        var facts = [amount(completed)]
        if let rate = rate(completed, seconds) { facts.append(rate) }
        if isFinished {
            facts.append(NumberText.duration(seconds: seconds))
        } else if let left = secondsLeft(completed, seconds) {
            // Tenths of seconds in the end: milliseconds would flicker.
            facts.append(
                (left < 1 ? NumberText.fixed(left, places: 1) + " s" : NumberText.duration(seconds: left)) + " left")
        }
        if let detail { facts.append(detail) }

        let name = stage.prefix(1).uppercased() + stage.dropFirst()
        let label = "  " + name + String(repeating: " ", count: max(0, ProgressText.labelWidth - name.displayWidth))
        // The last column stays free: a terminal would wrap there.
        func room(_ facts: [String]) -> Int {
            width - 1 - label.displayWidth - facts.joined(separator: " · ").displayWidth - 1
        }
        while facts.count > 1, room(facts) < 0 { facts.removeLast() }
        let text = facts.joined(separator: " · ")
        let room = min(ProgressText.longestBar, room(facts) - 1)
        guard let total, room >= ProgressText.shortestBar else {
            return "\(label) \(text)".truncated(toWidth: max(1, width - 1))
        }
        let share = total > 0 ? min(1, Double(completed) / Double(total)) : 1
        let halves = Int(share * Double(2 * room))
        let done = String(repeating: "━", count: halves / 2) + (halves % 2 == 1 ? "╸" : "")
        let rest = String(repeating: "─", count: room - (halves + 1) / 2)
        return "\(label) \(styled(done, .help))\(styled(rest, .dim)) \(text)"
    }

    private static let labelWidth = "Calibrating".count
    private static let longestBar = 30
    private static let shortestBar = 5

    private func amount(_ completed: Int) -> String {
        guard let total else { return String(completed) }
        let digits = String(total)
        let number = String(completed)
        return String(repeating: " ", count: max(0, digits.count - number.count)) + number + "/" + digits
    }

    private func rate(_ completed: Int, _ seconds: Double) -> String? {
        guard completed > 0, seconds > 0 else { return nil }
        return NumberText.significant(Double(completed) / seconds, digits: 3) + (unit.isEmpty ? "/s" : " \(unit)/s")
    }

    private func secondsLeft(_ completed: Int, _ seconds: Double) -> Double? {
        // The first second says little about the rest.
        guard let total, completed > 0, completed < total, seconds >= 1 else { return nil }
        return seconds / Double(completed) * Double(total - completed)
    }
}
