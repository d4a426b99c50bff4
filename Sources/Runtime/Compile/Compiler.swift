import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors

/// How a graph is to be compiled.
public struct CompileOptions: Sendable {
    public var instructionSet: InstructionSet
    /// Whether nodes fuse into integer kernels. Without, every node runs by itself: the unfused graph that fused kernels
    /// are compared with.
    public var fuses: Bool
    /// Whether folding and fusing passes run first.
    public var normalizes: Bool
    /// Values that a session lets the caller observe after each run, as FP32.
    public var taps: [ValueName]
    /// Whether observed values are brought into the graph's own layout.
    public var tapsArePlain: Bool

    public init(
        instructionSet: InstructionSet = .best, fuses: Bool = true, normalizes: Bool = true, taps: [ValueName] = [],
        tapsArePlain: Bool = false
    ) {
        self.instructionSet = instructionSet
        self.fuses = fuses
        self.normalizes = normalizes
        self.taps = taps
        self.tapsArePlain = tapsArePlain
    }
}

/// Turns a graph into a program for one set of input types.
public struct Compiler: Sendable {
    public let graph: Graph
    public let options: CompileOptions

    public init(_ graph: Graph, options: CompileOptions = CompileOptions()) {
        self.graph = graph
        self.options = options
    }

    /// How the graph runs for inputs of these types: as one program where all shapes are known.
    ///
    /// - Throws: ``BitdepthError/Code/unsupportedOperator``, shape errors.
    func plan(for inputs: InputTypes, pool: ThreadPool?) throws(BitdepthError) -> ExecutionPlan {
        var original = settled(graph, given: Set(inputs.tensors.keys).union(inputs.others.keys))
        for index in original.inputs.indices {
            if let kind = inputs.others[original.inputs[index].name] { original.inputs[index].kind = kind }
        }
        let facts = try ShapeInference.facts(of: original, inputs: inputs.tensors)
        let wanted = Set(original.outputs.map(\.name)).union(options.taps)
        let cut = try GraphCut(original, facts: facts, wanted: wanted)
        guard cut.isWhole, inputs.others.isEmpty else {
            let planner = StagePlanner(graph: original, facts: facts, options: options, pool: pool, cut: cut)
            return .staged(try planner.plan(inputs: inputs.tensors))
        }
        return .program(try program(of: original, inputs.tensors, facts))
    }

    /// - Parameter inputs: Types of the graph's inputs with every extent known; inputs with a default may be left out.
    /// - Throws: ``BitdepthError/Code/unsupportedOperator``, ``BitdepthError/Code/unknownShape``, shape errors.
    public func program(for inputs: [ValueName: TensorType]) throws(BitdepthError) -> Program {
        let original = settled(graph, given: Set(inputs.keys))
        return try program(of: original, inputs, try ShapeInference.facts(of: original, inputs: inputs))
    }

    private func program(
        of original: Graph, _ inputs: [ValueName: TensorType], _ knownFacts: [ValueName: Fact]
    ) throws(BitdepthError) -> Program {
        let (graph, isWidened) = try WidenHalfPrecision().applied(ifNeededTo: original)
        var facts = knownFacts
        if isWidened {
            let widened = inputs.mapValues { TensorType($0.element.isHalf ? .float32 : $0.element, $0.shape) }
            facts = try ShapeInference.facts(of: graph, inputs: widened)
        }
        var operators: [any Operator] = []
        for node in graph.nodes { operators.append(try OperatorCatalogue.all.decode(node)) }
        let context = CompileContext(
            graph: graph, index: GraphIndex(graph), operators: operators, facts: facts, tapped: Set(options.taps))
        let wanted = Set(graph.outputs.map(\.name)).union(options.taps)
        var selector = Selector(context, wanted: wanted, fuses: options.fuses)
        let lowerings = try selector.select()

        var builder = ProgramBuilder(
            kernels: try options.instructionSet.kernels(), instructionSet: options.instructionSet, context: context,
            borders: Borders(lowerings, context))
        for port in original.inputs {
            guard let type = inputs[port.name], let shape = type.shape.shape else {
                throw BitdepthError(
                    .unknownShape, "the shape of input \"\(port.name)\" is not known", at: .init(tensor: port.name.text)
                )
            }
            builder.bindInput(port.name, element: type.element, shape: shape)
        }
        for lowering in lowerings { try lowering.emit(into: &builder) }
        return try finish(&builder, context, original)
    }

    private func finish(_ builder: inout ProgramBuilder, _ context: CompileContext, _ original: Graph)
        throws(BitdepthError) -> Program
    {
        var outputs: [(ValueName, ElementType, View)] = []
        for port in context.graph.outputs {
            let view = try builder.raw(port.name)
            let element = try builder.element(of: port.name)
            let declared = original.outputs.first { $0.name == port.name }?.type?.element
            builder.keep(view.buffer)
            outputs.append(
                (port.name, declared?.isHalf == true && element == .float32 ? declared ?? element : element, view))
        }
        var taps: [(ValueName, View)] = []
        for name in options.taps {
            guard context.facts[name]?.element == .float32 else {
                throw BitdepthError(.usage, "\"\(name)\" is no float value of the graph", at: .init(tensor: name.text))
            }
            let view = try builder.float(name, layout: options.tapsArePlain ? .plain : nil)
            builder.keep(view.buffer)
            taps.append((name, view))
        }
        return try builder.program(outputs: outputs, taps: taps)
    }

    /// The graph for these inputs: of those with a default, the given ones are inputs and the others constants.
    private func settled(_ graph: Graph, given: Set<ValueName>) -> Graph {
        var graph = graph
        graph.inputs.removeAll { graph.initializers[$0.name] != nil && !given.contains($0.name) }
        for input in graph.inputs { graph.initializers[input.name] = nil }
        return graph
    }
}

extension ElementType {
    public var isHalf: Bool { self == .float16 || self == .bfloat16 }
}
