import BitdepthDataSources
import BitdepthGraphs
import BitdepthTensors

extension FirstLayerHint {
    /// What the layers right behind each input tell of the data that the model was made for, by input name.
    public static func hints(of graph: Graph) -> [String: FirstLayerHint] {
        let index = GraphIndex(graph)
        return Dictionary(
            graph.requiredInputs.map { ($0.name.text, FirstLayerHint(behind: $0.name, graph, index)) },
            uniquingKeysWith: { $1 })
    }

    private init(behind input: ValueName, _ graph: Graph, _ index: GraphIndex) {
        self.init()
        var value = input
        // A chain of single readers cannot be longer than the graph.
        for _ in graph.nodes.indices {
            guard let reader = index.onlyConsumer(of: value) else { return }
            let node = graph.nodes[reader]
            switch node.op {
            case "Conv" where node.input(0) == value:
                channels = FirstLayerHint.channels(of: node, graph)
                return
            case "Transpose":
                if layout == nil { layout = FirstLayerHint.layout(before: node) }
            case "Div", "Mul":
                scalesPixels = scalesPixels || FirstLayerHint.scalesPixels(node, value, graph)
            case "Sub", "Add", "Cast", "Identity", "QuantizeLinear", "DequantizeLinear": break
            default: return
            }
            guard let next = node.output(0) else { return }
            value = next
        }
    }

    private static func channels(of node: Node, _ graph: Graph) -> Int? {
        guard let name = node.input(1), let shape = graph.constant(name)?.shape, shape.rank >= 3 else { return nil }
        var groups = 1
        if case .int(let value)? = node.attributes["group"] { groups = value }
        let (channels, overflow) = shape[1].multipliedReportingOverflow(by: groups)
        return overflow ? nil : channels
    }

    /// `[0, 3, 1, 2]` brings channels to the front, so the data have them last.
    private static func layout(before node: Node) -> DataLayout? {
        guard case .ints(let axes)? = node.attributes["perm"], axes.count >= 4, axes[0] == 0 else { return nil }
        let last = axes.count - 1
        if axes == [0, last] + Array(1..<last) { return .channelsLast }
        if axes == [0] + Array(2...last) + [1] { return .channelsFirst }
        return nil
    }

    /// Whether all values are made at least sixteen times smaller: pixels of 0 … 255 become small numbers.
    private static func scalesPixels(_ node: Node, _ value: ValueName, _ graph: Graph) -> Bool {
        let isDivision = node.op == "Div"
        guard let name = isDivision ? node.input(1) : node.inputs.lazy.compactMap({ $0 }).first(where: { $0 != value }),
            let factors = try? graph.constant(name)?.floats(), !factors.isEmpty
        else { return false }
        return factors.allSatisfy { isDivision ? abs($0) >= 16 : abs($0) <= 1 / 16 }
    }
}
