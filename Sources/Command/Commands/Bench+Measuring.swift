import Bitdepth

extension Bench {
    /// Fewest timed runs, however long they take.
    static let fewestRuns = 10
    static let mostRuns = 1_000_000
    /// Decibels below which another engine is said to compute something else.
    static let leastAgreement = 20.0

    /// Times all contenders, in turn: next is always the one that had the least time so far.
    func measure(_ contenders: [any BenchContender]) throws {
        let cancellation = Cancellation()
        var last = try contenders.map { contender in
            try (0..<max(warmup, 1)).map { _ in
                try cancellation.check()
                return try contender.times(1)
            }.last?.first ?? 0
        }
        let progress = output.messages.progress("timing", total: contenders.count * 100)
        while let next = contenders.indices.filter({ !isDone(contenders[$0]) }).min(by: {
            order(contenders[$0]) < order(contenders[$1])
        }) {
            try cancellation.check()
            let contender = contenders[next]
            let left = (runs ?? Bench.mostRuns) - contender.result.times.count
            let turn = BenchTurn(last: last[next], left: left, isAlone: contenders.count == 1)
            if !turn.isWarmedUp { _ = try contender.times(1) }
            let times = try contender.times(turn.count)
            contender.result.times += times
            last[next] = times.last ?? last[next]
            progress.update(to: contenders.reduce(0) { $0 + percentDone($1) })
        }
        progress.finish()
    }

    /// With a number of runs, whoever ran least often comes next.
    private func order(_ contender: any BenchContender) -> Double {
        runs == nil ? contender.total : Double(contender.result.times.count)
    }

    private func isDone(_ contender: any BenchContender) -> Bool { percentDone(contender) >= 100 }

    private func percentDone(_ contender: any BenchContender) -> Int {
        let count = contender.result.times.count
        if let runs { return min(100, count * 100 / runs) }
        if count >= Bench.mostRuns { return 100 }
        let byTime = minTime.seconds > 0 ? contender.total / minTime.seconds : 1
        return Int(min(1, byTime, Double(count) / Double(Bench.fewestRuns)) * 100)
    }

    /// Median times of the steps over some runs.
    ///
    /// - Parameter limit: Of one core.
    func profile(_ subject: BenchSubject, _ limit: MachineLimit?) throws(BitdepthError) -> ProfileTable {
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
        let threads = Double(subject.result.threads)
        return ProfileTable(
            isQuantized: subject.isQuantized, entries: entries, runs: count,
            limit: limit.map { MachineLimit(integer: $0.integer * threads, float: $0.float * threads) })
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
