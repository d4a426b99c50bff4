import BitdepthGraphs
import BitdepthTensors

/// Passes that run one after the other, again and again until none finds anything to do.
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

    /// Runs the passes over the graph.
    ///
    /// - Throws: ``BitdepthError/Code/cycle`` and errors of type inference, with the node's place.
    @discardableResult
    public func run(_ graph: inout Graph) throws(BitdepthError) -> Report {
        var report = Report(
            counts: passes.map { Report.Count(pass: $0.name, changes: 0) }, rounds: 0, reachedFixedPoint: false)
        while report.rounds < roundLimit, !report.reachedFixedPoint {
            let before = report.changes
            for (index, pass) in passes.enumerated() { report.counts[index].changes += try pass.run(&graph) }
            report.rounds += 1
            report.reachedFixedPoint = report.changes == before
        }
        return report
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
            IdentityRemoval(),
            CommonSubexpression(),
            TransposeCancellation(),
            PadIntoConv(),
            LinearFusion(),
            BatchNormFolding(),
            ConvMulScale(),
            ConvAddBias(),
            ActivationFusion(opset: opset),
            NormalizationFusion(opset: opset),
            DeadCodeRemoval(),
        ])
    }
}
