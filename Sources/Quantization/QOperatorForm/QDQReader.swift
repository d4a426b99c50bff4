import BitdepthGraphs
import BitdepthOperators
import BitdepthPasses
import BitdepthTensors

/// Finds the island around a node of a QDQ graph.
struct QDQReader {
    let graph: Graph
    let index: GraphIndex
    private let types: [ValueName: TensorType]

    init(_ graph: Graph) throws(BitdepthError) {
        self.graph = graph
        index = GraphIndex(graph)
        types = try ShapeInference.facts(of: graph, tolerant: true).mapValues(\.type)
    }

    /// Whether a node stands between codes: something dequantized goes in, or what comes out is quantized.
    func touchesCodes(_ node: Node) -> Bool {
        guard node.op != "QuantizeLinear", node.op != "DequantizeLinear" else { return false }
        return node.inputs.contains { producer($0)?.op == "DequantizeLinear" }
            || node.outputs.contains { isQuantizedToo($0) }
    }

    /// Whether a QuantizeLinear reads a value, perhaps among others.
    func isQuantizedToo(_ value: ValueName?) -> Bool {
        value.flatMap { index.consumers[$0] }?.contains { graph.nodes[$0].op == "QuantizeLinear" } ?? false
    }

    func rank(_ value: ValueName) -> Int? { types[value]?.shape.rank }

    func island(at position: Int) throws(Obstacle) -> QDQIsland {
        let node = graph.nodes[position]
        var island = QDQIsland(node: node, operands: [], results: [], replaced: [])
        for input in node.inputs { island.operands.append(try operand(input)) }
        for output in node.outputs { island.results.append(try result(output, of: &island)) }
        return island
    }

    private func producer(_ value: ValueName?) -> Node? { value.flatMap { index.producer[$0] }.map { graph.nodes[$0] } }

    private func operand(_ value: ValueName?) throws(Obstacle) -> QDQIsland.Operand? {
        guard let value else { return nil }
        guard let node = producer(value), node.op == "DequantizeLinear", let codes = node.input(0) else {
            return .float(value, constant: graph.constant(value))
        }
        return .codes(try quantizedValue(node, codes))
    }

    /// Follows an output through a Relu or Clip to its QuantizeLinear.
    private func result(_ output: ValueName?, of island: inout QDQIsland) throws(Obstacle) -> QuantizedValue? {
        guard let output, let next = index.onlyConsumer(of: output) else { return nil }
        var quantizer = next
        if island.node.outputs.count == 1, let clamp = clamp(graph.nodes[next], of: output),
            let clamped = graph.nodes[next].output(0)
        {
            guard let last = index.onlyConsumer(of: clamped), graph.nodes[last].op == "QuantizeLinear" else {
                return nil
            }
            island.clamp = clamp
            island.replaced.insert(next)
            quantizer = last
        }
        let node = graph.nodes[quantizer]
        guard node.op == "QuantizeLinear", let codes = node.output(0) else { return nil }
        island.replaced.insert(quantizer)
        return try quantizedValue(node, codes)
    }

    private func clamp(_ node: Node, of value: ValueName) -> QDQIsland.Clamp? {
        guard node.input(0) == value else { return nil }
        if node.op == "Relu" { return .init(op: node.op, low: 0, high: .infinity) }
        guard node.op == "Clip" else { return nil }
        var bounds: [Float] = [-.infinity, .infinity]
        for slot in 1...2 {
            guard let name = node.input(slot) else { continue }
            guard let bound = try? graph.constant(name)?.floats(), bound.count == 1, !bound[0].isNaN else { return nil }
            bounds[slot - 1] = bound[0]
        }
        return bounds[0] <= bounds[1] ? .init(op: node.op, low: bounds[0], high: bounds[1]) : nil
    }

    /// The codes that a QuantizeLinear or DequantizeLinear node makes or reads.
    private func quantizedValue(_ node: Node, _ codes: ValueName) throws(Obstacle) -> QuantizedValue {
        let constant = graph.constant(codes)
        guard let scale = node.input(1), let tensor = graph.constant(scale), let scales = try? tensor.floats() else {
            throw Obstacle("the scale of \"\(codes)\" is not constant")
        }
        guard tensor.type == .float32 else {
            throw Obstacle("the scale of \"\(codes)\" is of type \(tensor.type.shortName), not f32")
        }
        if case .int(let size)? = node.attributes["block_size"], size != 0 {
            throw Obstacle("\"\(codes)\" is quantized in blocks")
        }
        let zeroPoint = node.input(2)
        let zeros = zeroPoint.flatMap { graph.constant($0) }
        guard zeroPoint == nil || zeros != nil else { throw Obstacle("the zero point of \"\(codes)\" is not constant") }
        guard let element = zeros?.type ?? constant?.type ?? types[codes]?.element else {
            throw Obstacle("the type of \"\(codes)\" is not known")
        }
        guard element.isInteger else { throw Obstacle("\"\(codes)\" has codes of type \(element.shortName)") }
        let zeroPoints = (try? zeros?.integers()) ?? [Int](repeating: 0, count: scales.count)
        guard !scales.isEmpty, zeroPoints.count == scales.count else {
            throw Obstacle("\"\(codes)\" has \(scales.count) scales and \(zeroPoints.count) zero points")
        }
        var axis: Int?
        if scales.count > 1 {
            var given = 1
            if case .int(let value)? = node.attributes["axis"] { given = value }
            guard given >= 0 || constant != nil else { throw Obstacle("\"\(codes)\" has more than one scale") }
            axis = given < 0 ? given + (constant?.shape.rank ?? 0) : given
        }
        return QuantizedValue(
            name: codes, element: element, constant: constant, scale: scale, scales: scales, zeroPoint: zeroPoint,
            zeroPoints: zeroPoints, parameterShape: tensor.shape, axis: axis)
    }
}
