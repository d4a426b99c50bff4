import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

extension CompileContext {
    /// Parameters of a QuantizeLinear or DequantizeLinear of per-tensor 8-bit codes; `nil` for all others.
    func codeParameters(_ node: Node) -> CodeParameters? {
        let codes = node.op == "QuantizeLinear" ? node.output(0) : node.input(0)
        let reals = node.op == "QuantizeLinear" ? node.input(0) : node.output(0)
        guard let codes, let element = facts[codes]?.element, element == .int8 || element == .uint8,
            let reals, facts[reals]?.element == .float32, dividesInSinglePrecision(node),
            let scale = try? constant(node.input(1))?.floats(), scale.count == 1, scale[0].isFinite, scale[0] > 0,
            let zero = zeroPoints(node, count: 1, element)
        else { return nil }
        let format = CodeFormat(isSigned: element == .int8)
        return CodeParameters(scale: scale[0], zeroPoint: zero[0] + format.offset, format: format)
    }

    /// The operands of a node that stands in an island; `nil` when one is a float that the graph computes.
    func islandInputs(_ node: Node) -> [IslandInput?]? {
        var inputs: [IslandInput?] = []
        for name in node.inputs {
            guard let name else { inputs.append(nil); continue }
            guard let input = islandInput(name) else { return nil }
            inputs.append(input)
        }
        return inputs
    }

    /// A value as an operand of such a node; `nil` when it is a float that the graph computes, or stands for codes that
    /// no island takes.
    func islandInput(_ name: ValueName) -> IslandInput? {
        guard let producer = producer(of: name), producer.node.op == "DequantizeLinear",
            let source = producer.node.input(0)
        else { return constant(name).map { .float($0) } }
        if let codes = constant(source) { return quantizedConstant(producer.node, codes).map { .constant($0) } }
        return codeParameters(producer.node).map { .codes(source, $0) }
    }

    private func quantizedConstant(_ node: Node, _ codes: Tensor) -> QuantizedConstant? {
        guard codes.type.isInteger, let scales = try? constant(node.input(1))?.floats(), !scales.isEmpty,
            scales.allSatisfy({ $0.isFinite && $0 > 0 }),
            let zeros = zeroPoints(node, count: scales.count, codes.type)
        else { return nil }
        if case .int(let size)? = node.attributes["block_size"], size > 0 { return nil }
        var axis = 1
        if case .int(let given)? = node.attributes["axis"] { axis = given < 0 ? given + codes.shape.rank : given }
        guard scales.count == 1 || (axis >= 0 && axis < codes.shape.rank && codes.shape[axis] == scales.count) else {
            return nil
        }
        return QuantizedConstant(codes: codes, scales: scales, zeroPoints: zeros, axis: axis)
    }

    /// QuantizeLinear's quotient may be asked for in 16 bits; the kernels' is one of FP32.
    private func dividesInSinglePrecision(_ node: Node) -> Bool {
        guard let precision = node.attributes["precision"] else { return true }
        return precision == .int(0) || precision == .int(1)
    }

    /// `nil` when they are not constant, or of another type than the codes, which the reference refuses.
    private func zeroPoints(_ node: Node, count: Int, _ element: ElementType) -> [Int]? {
        guard let name = node.input(2) else { return [Int](repeating: 0, count: count) }
        guard let tensor = constant(name), tensor.type == element, let zeros = try? tensor.integers() else {
            return nil
        }
        if zeros.count == count { return zeros }
        return zeros.count == 1 ? [Int](repeating: zeros[0], count: count) : nil
    }
}
