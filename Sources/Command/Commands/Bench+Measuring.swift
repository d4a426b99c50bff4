import Bitdepth

extension Bench {
    /// Fewest timed runs, however long they take.
    static let fewestRuns = 10
    static let mostRuns = 1_000_000

    /// Times all subjects, in turn: next is always the one that had the least time so far.
    func measure(_ subjects: [BenchSubject]) throws(BitdepthError) {
        let cancellation = Cancellation()
        for _ in 0..<warmup {
            for subject in subjects {
                try cancellation.check()
                _ = try subject.run()
            }
        }
        let progress = output.messages.progress("timing", total: subjects.count * 100)
        while let next = subjects.filter({ !isDone($0) }).min(by: { order($0) < order($1) }) {
            try cancellation.check()
            try next.runTimed()
            progress.update(to: subjects.reduce(0) { $0 + percentDone($1) })
        }
        progress.finish()
    }

    /// With a number of runs, whoever ran least often comes next.
    private func order(_ subject: BenchSubject) -> Double {
        runs == nil ? subject.total : Double(subject.result.times.count)
    }

    private func isDone(_ subject: BenchSubject) -> Bool { percentDone(subject) >= 100 }

    private func percentDone(_ subject: BenchSubject) -> Int {
        let count = subject.result.times.count
        if let runs { return min(100, count * 100 / runs) }
        if count >= Bench.mostRuns { return 100 }
        let byTime = minTime.seconds > 0 ? subject.total / minTime.seconds : 1
        return Int(min(1, byTime, Double(count) / Double(Bench.fewestRuns)) * 100)
    }

    /// Median times of the steps over some runs.
    func profile(_ subject: BenchSubject) throws(BitdepthError) -> ProfileTable {
        let count = min(max(subject.result.times.count, 5), 50)
        var runs: [[(step: StepDescription, seconds: Double)]] = []
        for _ in 0..<count {
            try Cancellation().check()
            runs.append(try subject.profile())
        }
        let reasons = floatReasons(subject)
        let entries = (runs.first ?? []).enumerated().map { index, timed in
            ProfileTable.Entry(
                step: timed.step, seconds: runs.map { $0[index].seconds }.sorted()[count / 2],
                reason: timed.step.arithmetic == .float ? reasons[timed.step.node] : nil)
        }
        return ProfileTable(isQuantized: subject.isQuantized, entries: entries, runs: count)
    }

    /// Why nodes of a quantized graph are float, by their labels.
    private func floatReasons(_ subject: BenchSubject) -> [String: String] {
        guard subject.isQuantized, let facts = try? ShapeInference.facts(of: subject.compiled.graph, tolerant: true)
        else { return [:] }
        let structure = QuantizedStructure(subject.compiled.graph, facts: facts)
        var reasons: [String: String] = [:]
        for (node, role) in zip(subject.compiled.graph.nodes, structure.roles) {
            reasons[node.label] = role.reason ?? "it is quantized, but no integer kernel takes it in this form"
        }
        return reasons
    }
}
