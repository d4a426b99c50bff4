import BitdepthGraphs

/// How much of a model's work and weights a plan leaves float.
struct FloatWork {
    /// Parts of all, 0 … 1.
    struct Parts {
        var multiplyAccumulates = 0.0
        var weights = 0.0
    }

    private let byPosition: [Parts]
    /// All weights, in elements.
    let weights: Double

    /// - Parameters:
    ///   - plan: The first plan: its weights are those that count.
    ///   - multiplyAccumulates: Those of each node, by its position.
    init(_ graph: Graph, _ plan: QuantizationPlan, _ multiplyAccumulates: [Int]) {
        var weights = [Double](repeating: 0, count: graph.nodes.count)
        for use in plan.weights { weights[use.position] += Double(graph.initializers[use.name]?.count ?? 0) }
        let work = multiplyAccumulates.map(Double.init)
        let total = (max(work.reduce(0, +), 1), max(weights.reduce(0, +), 1))
        self.weights = total.1
        byPosition = zip(work, weights).map {
            Parts(multiplyAccumulates: $0 / total.0, weights: $1 / total.1)
        }
    }

    func multiplyAccumulates(of position: Int) -> Double { byPosition[position].multiplyAccumulates }

    /// What is float in a plan, of the weights that the first plan quantizes.
    func parts(of plan: QuantizationPlan) -> Parts {
        zip(plan.decisions, byPosition).reduce(into: Parts()) { sum, node in
            guard !node.0.isInteger else { return }
            sum.multiplyAccumulates += node.1.multiplyAccumulates
            sum.weights += node.1.weights
        }
    }
}
