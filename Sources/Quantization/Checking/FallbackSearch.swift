import BitdepthGraphs

/// Finds which nodes to keep float: step by step those that take away the most noise for what they cost.
///
/// A step speaks of one source of noise: a value that is rounded to codes is rounded no more when all that read its codes
/// stay float, and what makes them if it cannot give floats; constants are not rounded when their node stays float.
struct FallbackSearch {
    let graph: Graph
    let index: GraphIndex
    let planner: Planner
    private let work: FloatWork
    private let budget: (multiplyAccumulates: Double, weights: Double)
    var noise: NoiseProfile
    private(set) var plan: QuantizationPlan
    private(set) var kept: [Fallback.Kept] = []
    private var floatOutputs: Set<ValueName> = []
    /// Which values have ranges: plans that need others are left out.
    private let measured: (ValueName) -> Bool
    private let before: FloatWork.Parts

    /// Loudest sources that are compared in each step.
    private static let lookedAt = 12
    /// What keeping a node float costs beside its multiply-accumulates, as a part of all: conversions, and slower kernels.
    private static let costOfNode = 0.001
    /// A step that takes away a smaller part of what is too loud, or of what is allowed, is not worth its conversions.
    private static let leastGain = (ofExcess: 0.003, ofLimit: 0.05)

    /// - Parameters:
    ///   - planner: One that has not planned yet.
    ///   - plan: The first plan.
    ///   - multiplyAccumulates: Those of each node, by its position.
    init(
        _ graph: Graph, _ planner: Planner, plan: QuantizationPlan, noise: NoiseProfile, multiplyAccumulates: [Int],
        goal: FallbackGoal, measured: @escaping (ValueName) -> Bool
    ) {
        self.graph = graph
        self.planner = planner
        self.noise = noise
        self.plan = plan
        self.measured = measured
        index = GraphIndex(graph)
        work = FloatWork(graph, plan, multiplyAccumulates)
        before = work.parts(of: plan)
        budget = (
            max(0, min(goal.largestPart, goal.largestFloatPart - before.multiplyAccumulates)),
            max(goal.largestWeightPart, Double(goal.freeWeights) / work.weights)
        )
    }

    /// Part of all multiply-accumulates that is float because of what was kept.
    var keptPart: Double { work.parts(of: plan).multiplyAccumulates - before.multiplyAccumulates }

    /// Keeps nodes float until the noise that is to be expected at each output is below its limit, or nothing helps.
    ///
    /// - Returns: Whether anything was kept.
    mutating func run(limits: [Double]) -> Bool {
        var isChanged = leaveSumsFloat(limits)
        // Each step takes a source away.
        for _ in noise.parts.keys {
            let now = excess(noise.expected(plan), limits)
            guard now > 0, let step = bestStep(limits, now) else { break }
            take(step)
            isChanged = true
        }
        return isChanged
    }

    /// Takes what costs nothing: sums that stay float where only float nodes read them.
    private mutating func leaveSumsFloat(_ limits: [Double]) -> Bool {
        let free = planned([], [])
        let gain = excess(noise.expected(plan), limits) - excess(noise.expected(free), limits)
        guard gain > 0, free.observedValues.allSatisfy(measured) else { return false }
        plan = free
        return true
    }

    private struct Step {
        var nodes: Set<Int> = []
        var outputs: Set<ValueName> = []
        var plan: QuantizationPlan
        var value: Double
    }

    private func bestStep(_ limits: [Double], _ now: Double) -> Step? {
        var best: Step?
        for (rank, source) in loudest(limits).enumerated() {
            // Quieter ones come into view only where nothing can be done about the loudest.
            if rank >= FallbackSearch.lookedAt, best != nil { break }
            for (nodes, outputs) in ways(to: source) {
                guard let step = step(nodes, outputs, limits, now), step.value > best?.value ?? 0 else { continue }
                best = step
            }
        }
        return best
    }

    /// What it would bring to keep further nodes float, divided by what it costs.
    private func step(_ nodes: Set<Int>, _ outputs: Set<ValueName>, _ limits: [Double], _ excess: Double) -> Step? {
        let tried = planned(nodes, outputs)
        let gain = excess - self.excess(noise.expected(tried), limits)
        guard gain >= max(excess * FallbackSearch.leastGain.ofExcess, FallbackSearch.leastGain.ofLimit),
            tried.quantizesAnything,
            tried.observedValues.allSatisfy(measured)
        else { return nil }
        let (parts, now) = (work.parts(of: tried), work.parts(of: plan))
        // The first plan may be beyond the budget: what adds nothing is free.
        guard
            parts.multiplyAccumulates
                <= max(now.multiplyAccumulates, before.multiplyAccumulates + budget.multiplyAccumulates),
            parts.weights <= max(now.weights, before.weights + budget.weights)
        else { return nil }
        let more = zip(tried.decisions, plan.decisions).count { !$0.isInteger && $1.isInteger }
        let cost =
            max(0, parts.multiplyAccumulates - now.multiplyAccumulates) + FallbackSearch.costOfNode * Double(more + 1)
        return Step(nodes: nodes, outputs: outputs, plan: tried, value: gain / cost)
    }

    private mutating func take(_ step: Step) {
        let (before, after) = (noise.expected(plan), noise.expected(step.plan))
        let decibels = zip(before, after).map { $1 > 0 ? ($0 / $1).decibels : $0 > 0 ? 60 : 0 }.max() ?? 0
        for position in step.nodes.sorted() where plan.decisions[position].isInteger {
            let decision = plan.decisions[position]
            kept.append(
                Fallback.Kept(
                    position: position, node: decision.node, operatorType: decision.operatorType, decibels: decibels,
                    part: work.multiplyAccumulates(of: position)))
        }
        floatOutputs.formUnion(step.outputs)
        // Now with the reasons.
        plan = planned([], [])
    }

    private func planned(_ nodes: Set<Int>, _ outputs: Set<ValueName>) -> QuantizationPlan {
        var reasons = Dictionary(kept.map { ($0.position, $0.reason) }, uniquingKeysWith: { first, _ in first })
        for position in nodes where reasons[position] == nil { reasons[position] = "tried" }
        var plan = planner.plan(keeping: reasons, floatOutputs: floatOutputs.union(outputs))
        plan.bodies = self.plan.bodies
        return plan
    }

    // MARK: What can be tried

    /// The sources of what is too loud, loudest first.
    private func loudest(_ limits: [Double]) -> [NoiseSource] {
        let tooLoud = zip(noise.expected(plan), limits).map { $0 > $1 }
        var shares: [(source: NoiseSource, share: Double)] = []
        for source in noise.sources.all(in: plan) {
            guard let parts = noise.parts[source] else { continue }
            var share = 0.0
            for output in limits.indices where tooLoud[output] {
                share += parts[output] * noise.correction[output] / limits[output]
            }
            if share > 0 { shares.append((source, share)) }
        }
        // The order of the plan decides between equals.
        let order = shares.indices.sorted { (shares[$1].share, $0) < (shares[$0].share, $1) }
        return order.map { shares[$0].source }
    }

    /// Sets of nodes, and outputs, that have to be float for a source to fall silent.
    private func ways(to source: NoiseSource) -> [(nodes: Set<Int>, outputs: Set<ValueName>)] {
        switch source {
        case .constants(let position): return [([position], [])]
        case .value(let value):
            let (readers, outputs) = readers(of: value)
            guard let producer = head(of: value), plan.decisions[producer].outcome == .quantized else {
                return [(readers, outputs)]
            }
            return [(readers, outputs), (readers.union([producer]), outputs)]
        }
    }

    /// Nodes that compute on the codes of a value, and outputs that they are given out at, if behind nodes that move them.
    private func readers(of value: ValueName) -> (nodes: Set<Int>, outputs: Set<ValueName>) {
        var found: (nodes: Set<Int>, outputs: Set<ValueName>) = ([], [])
        var met: Set<ValueName> = [value]
        var pending = [value]
        while let value = pending.popLast() {
            if index.outputs.contains(value) { found.outputs.insert(value) }
            for reader in index.consumers[value] ?? [] {
                switch plan.decisions[reader].outcome {
                case .quantized: found.nodes.insert(reader)
                case .movesCodes:
                    for case let output? in graph.nodes[reader].outputs where met.insert(output).inserted {
                        pending.append(output)
                    }
                default: break
                }
            }
        }
        return found
    }

    /// The node that makes a value: where the value is made by a fused activation or bias, the sum in front of it.
    private func head(of value: ValueName) -> Int? {
        var current = value
        for _ in graph.nodes.indices {
            guard let producer = index.producer[current] else { return nil }
            guard case .fused = plan.decisions[producer].outcome else { return producer }
            guard
                let before = graph.nodes[producer].inputs.lazy.compactMap({ $0 }).first(where: {
                    index.producer[$0] != nil
                })
            else { return nil }
            current = before
        }
        return nil
    }

    // MARK: Numbers

    /// By how much outputs are louder than allowed, in units of what is allowed.
    private func excess(_ noise: [Double], _ limits: [Double]) -> Double {
        zip(noise, limits).reduce(0) { $0 + max(0, $1.0 / $1.1 - 1) }
    }
}
