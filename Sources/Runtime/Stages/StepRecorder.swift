import BitdepthGraphs
import BitdepthTensors

/// Notes every step of a run: what it was and how long it took. Used by one session at a time.
final class StepRecorder {
    private(set) var steps: [(step: StepDescription, seconds: Double)] = []
    private(set) var programs: [Program] = []
    private let clock = ContinuousClock()

    func run(_ bound: BoundProgram, on pool: ThreadPool?) throws(BitdepthError) {
        let program = bound.program
        if !programs.contains(where: { $0 === program }) { programs.append(program) }
        for (step, description) in program.descriptions.enumerated() {
            try time(description) { () throws(BitdepthError) in try bound.run(step: step, on: pool) }
        }
    }

    func time<Result>(
        _ step: StepDescription, _ body: () throws(BitdepthError) -> Result
    ) throws(BitdepthError) -> Result {
        let start = clock.now
        let result = try body()
        steps.append((step, start.duration(to: clock.now).seconds))
        return result
    }
}

extension StepDescription {
    /// A node that its operator's reference evaluates.
    static func reference(_ node: Node) -> StepDescription {
        StepDescription(
            node: node.label, operatorType: node.op.type, fused: [], arithmetic: .float, multiplyAccumulates: 0,
            kernel: "reference")
    }
}

extension Duration {
    fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
