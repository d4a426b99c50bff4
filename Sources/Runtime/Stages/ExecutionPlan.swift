import BitdepthGraphs
import BitdepthOperators

/// How a graph runs for inputs of given types.
enum ExecutionPlan: Sendable {
    /// Every shape is known: one program.
    case program(Program)
    /// Some shapes, or the way through the graph, become known only in running.
    case staged(StagedPlan)
}

/// A graph that is run in three parts, one after the other.
final class StagedPlan: Sendable {
    /// What is known before running; `nil` when that is nothing.
    let fixed: Program?
    /// Nodes that decide what follows: control flow, sequences, results whose size depends on data.
    let turningPoints: [TurningPoint]
    /// Everything behind the turning points, compiled when it is met; `nil` when that is nothing.
    let rest: PreparedGraph?
    /// The values that the plan is made for, in the order of the graph's outputs.
    let outputs: [ValueName]
    /// Constants that turning points read or that are outputs themselves.
    let constants: [ValueName: Value]
    /// Values of turning points that the caller observes.
    let taps: Set<ValueName>

    init(
        fixed: Program?, turningPoints: [TurningPoint], rest: PreparedGraph?, outputs: [ValueName],
        constants: [ValueName: Value], taps: Set<ValueName>
    ) {
        self.fixed = fixed
        self.turningPoints = turningPoints
        self.rest = rest
        self.outputs = outputs
        self.constants = constants
        self.taps = taps
    }
}

/// A node that is evaluated by its operator itself, with its bodies ready to run.
struct TurningPoint: Sendable {
    var node: Node
    var op: any Operator
    var bodies: [String: PreparedBody]
}

/// A part of a graph that is run with values known by then.
enum PreparedGraph: Sendable {
    case compiled(CompiledGraph)
    /// Shapes differ from run to run and there is no arithmetic that would be worth compiling.
    case interpreted(Interpreter, taps: Set<ValueName>)

    var graph: Graph {
        switch self {
        case .compiled(let compiled): compiled.graph
        case .interpreted(let interpreter, _): interpreter.graph
        }
    }
}

/// A body that stands alone: what it captures from the graphs around it has become inputs behind its own.
struct PreparedBody: Sendable {
    var prepared: PreparedGraph
    /// The body's own inputs, by position.
    var inputs: [ValueName]
    /// What it reads of the graphs around it.
    var captured: [ValueName]
    var outputs: [ValueName]
}
