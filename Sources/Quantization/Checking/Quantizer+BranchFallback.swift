import BitdepthDataSources
import BitdepthEvaluation
import BitdepthGraphs
import BitdepthOperators
import BitdepthRuntime
import BitdepthTensors

extension Quantizer {
    /// Keeps the loudest nodes of branches of If nodes float: each branch is a model of its own, whose samples are what it
    /// captures, with a budget of its own. What a branch gives out goes on in the graph, so that no output of it is taken for
    /// a probability, of which less would be asked.
    ///
    /// - Returns: `nil` where nothing helps.
    func keepingLoudestFloatInBranches(
        _ quantization: Quantization, of model: ModelGraph, goal: FallbackGoal, on samples: Subset,
        progress: Progress?
    ) throws(BitdepthError) -> Quantization? {
        var plan = quantization.plan
        guard plan.bodies.contains(where: \.plan.quantizesAnything) else { return nil }
        let options = CompileOptions(instructionSet: instructionSet)
        let reaching = try BranchSamples(quantization.float, plan.bodies, over: samples, options: options)
        var found: [Fallback] = []
        for (index, body) in plan.bodies.enumerated() {
            let own = reaching[body]
            guard own.count > 0, body.plan.quantizesAnything,
                let better = try keepingLoudestFloat(inBranch: body, of: quantization, model, goal, own, progress),
                let fallback = better.fallback
            else { continue }
            plan.bodies[index].plan = better.plan
            found.append(fallback)
        }
        guard !found.isEmpty else { return nil }
        var best = try requantized(quantization, model, plan)
        let float = try CompiledGraph(quantization.float, options: options)
        let before = try measured(quantization, against: float, options, samples, progress)
        let after = try measured(best, against: float, options, samples, progress)
        guard after.lowestDecibels > before.lowestDecibels else { return nil }
        best.fallback = Fallback(
            kept: found.flatMap(\.kept), decibelsBefore: before.lowestDecibels, decibelsAfter: after.lowestDecibels,
            part: found.map(\.part).max() ?? 0, reachesGoal: goal.isReached(by: after),
            rounds: found.map(\.rounds).max() ?? 0)
        return best
    }

    private func keepingLoudestFloat(
        inBranch body: BodyPlan, of whole: Quantization, _ model: ModelGraph, _ goal: FallbackGoal,
        _ samples: SampleArray, _ progress: Progress?
    ) throws(BitdepthError) -> Quantization? {
        var branch = whole
        branch.float = body.closed.graph
        // Behind the branch's own outputs stand the constants that it captures.
        branch.float.outputs = body.closed.opened.outputs
        branch.plan = body.plan
        branch.fallback = nil
        branch.model.graph = try insert(branch.float, body.plan, whole.parameters).graph
        let options = CompileOptions(instructionSet: instructionSet)
        let float = try CompiledGraph(branch.float, options: options)
        let result = try measured(branch, against: float, options, samples.first(samples.count), progress)
        guard !goal.isReached(by: result) else { return nil }
        return try keepingLoudestFloat(branch, of: model, goal: goal, found: result, on: samples, progress: progress)
    }
}
