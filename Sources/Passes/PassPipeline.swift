import BitdepthGraphs
import BitdepthTensors

/// Passes that run one after the other, in bodies too, again and again until none finds anything to do.
public struct PassPipeline: Sendable {
    public var passes: [any Pass]
    /// Rounds after which the pipeline stops even if passes still change something.
    public var roundLimit: Int

    public init(_ passes: [any Pass], roundLimit: Int = 16) {
        self.passes = passes
        self.roundLimit = roundLimit
    }

    /// What a run did.
    public struct Report: Sendable, Equatable {
        /// How many places each pass changed, in the order of the passes.
        public var counts: [Count]
        public var rounds: Int
        /// Whether the last round changed nothing.
        public var reachedFixedPoint: Bool

        public struct Count: Sendable, Equatable {
            public var pass: String
            public var changes: Int
        }

        public var changes: Int { counts.reduce(0) { $0 + $1.changes } }

        /// How many places the pass of that name changed.
        public subscript(pass: String) -> Int { counts.first { $0.pass == pass }?.changes ?? 0 }
    }

    /// Runs the passes over the graph and over the bodies that its nodes carry.
    ///
    /// - Throws: ``BitdepthError/Code/cycle`` and errors of type inference, with the node's place.
    @discardableResult
    public func run(_ graph: inout Graph) throws(BitdepthError) -> Report {
        var report = Report(
            counts: passes.map { Report.Count(pass: $0.name, changes: 0) }, rounds: 0, reachedFixedPoint: false)
        while report.rounds < roundLimit, !report.reachedFixedPoint {
            let before = report.changes
            for (index, pass) in passes.enumerated() { report.counts[index].changes += try pass.run(&graph) }
            try runOverBodies(of: &graph, &report)
            report.rounds += 1
            report.reachedFixedPoint = report.changes == before
        }
        return report
    }

    /// Runs the passes over every body by itself; a body that captures less afterwards may leave dead code around it, for
    /// the next round.
    private func runOverBodies(of graph: inout Graph, _ report: inout Report) throws(BitdepthError) {
        guard graph.nodes.contains(where: { !$0.subgraphs.isEmpty }) else { return }
        let facts = try ShapeInference.facts(of: graph, tolerant: true)
        let outer = graph
        var changes = 0
        for position in graph.nodes.indices where !graph.nodes[position].subgraphs.isEmpty {
            let place = graph.nodes[position].place
            try graph.nodes[position].updateSubgraphs { body throws(BitdepthError) in
                var closed = ClosedBody(body, in: outer, facts: facts)
                let inner = try locating(place) { () throws(BitdepthError) in try run(&closed.graph) }
                guard inner.changes > 0 else { return }
                body = closed.opened
                for index in inner.counts.indices { report.counts[index].changes += inner.counts[index].changes }
                changes += inner.changes
            }
        }
        // What passes named in one body may be the name of something elsewhere.
        if changes > 0 { graph.makeNamesUnique() }
    }
}

extension PassPipeline {
    /// What every float model goes through before it is calibrated or compiled; quantized parts stay quantized.
    public static let standard = inference(keepQDQ: true)

    /// The passes that make a graph smaller and faster without changing its float output by more than rounding.
    ///
    /// - Parameters:
    ///   - keepQDQ: Whether constants behind DequantizeLinear stay quantized; `false` turns them into float weights.
    ///   - opset: The version of the operator set that a file will be written for: fused operators that are younger than
    ///     it are not made.
    public static func inference(keepQDQ: Bool, opset: Int = .max) -> PassPipeline {
        PassPipeline([
            ConstantFolding(preservingQuantization: keepQDQ),
            IfInlining(),
            OperatorExpansion(opset: opset),
            IdentityRemoval(),
            CommonSubexpression(),
            ReshapeFusion(opset: opset),
            TransposeCancellation(),
            TransposeSinking(),
            PadIntoConv(),
            LinearFusion(),
            BatchNormFolding(),
            ConvMulScale(),
            ConvAddBias(),
            ActivationFusion(opset: opset),
            NormalizationFusion(opset: opset),
            PoolFusion(),
            AttentionScaling(),
            DequantizedMovement(),
            DeadCodeRemoval(),
        ])
    }
}
