import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Picks, from the outputs backwards, which nodes fuse and which kernels they become. Only what is needed is picked.
struct Selector {
    private let context: CompileContext
    private let fuses: Bool
    private var needed: Set<ValueName>
    private var picked: [any Lowering] = []

    init(_ context: CompileContext, wanted: Set<ValueName>, fuses: Bool) {
        self.context = context
        self.fuses = fuses
        needed = wanted
    }

    /// Lowerings in an order in which everything is computed before it is read.
    mutating func select() throws(BitdepthError) -> [any Lowering] {
        for position in try context.graph.topologicalOrder().reversed() {
            let node = context.graph.nodes[position]
            for case let output? in node.outputs where needed.contains(output) && context.constant(output) == nil {
                try pick(position, output)
                if picked.last?.makesAllOutputs ?? false { break }
            }
        }
        return picked.reversed()
    }

    private mutating func pick(_ position: Int, _ output: ValueName) throws(BitdepthError) {
        let lowering = lowering(position, output)
        needed.formUnion(lowering.reads)
        picked.append(lowering)
    }

    private func lowering(_ position: Int, _ output: ValueName) -> any Lowering {
        let node = context.graph.nodes[position]
        let op = context.operators[position]
        let reference = Reference(node: node, op: op, context: context)
        guard context.shape(output) != nil else { return reference }
        if node.op == "QuantizeLinear" {
            guard let input = node.input(0), let parameters = context.codeParameters(node) else { return reference }
            if fuses, let island = islandBehind(input, output, parameters) { return island }
            return Quantize(node: node, input: input, output: output, parameters: parameters)
        }
        if node.op == "DequantizeLinear" {
            guard let input = node.input(0), let parameters = context.codeParameters(node) else { return reference }
            return Dequantize(node: node, input: input, output: output, parameters: parameters)
        }
        return floatLowering(node, op, output) ?? reference
    }

    /// The island that ends with a QuantizeLinear of `value`.
    private func islandBehind(_ value: ValueName, _ output: ValueName, _ parameters: CodeParameters) -> (any Lowering)?
    {
        guard let producer = context.producer(of: value) else { return nil }
        if producer.node.op == "DequantizeLinear", let input = producer.node.input(0), context.constant(input) == nil,
            let from = context.codeParameters(producer.node)
        {
            return Requantize(node: producer.node, input: (input, from), output: output, parameters: parameters)
        }
        guard context.isInterior(value) else { return nil }
        if let chain = QuantizedPointwise(endingWith: value, output: output, parameters: parameters, context) {
            return chain
        }
        if let (clamp, core) = activation(producer.node, producer.op), context.isInterior(core),
            let island = island(
                core, clamp: clamp, output: output, parameters: parameters, fused: [producer.node.label])
        {
            return island
        }
        return island(value, clamp: nil, output: output, parameters: parameters, fused: [])
    }

    /// An island around the producer of `value`, if a rule takes it.
    private func island(
        _ value: ValueName, clamp: Clamp?, output: ValueName, parameters: CodeParameters?, fused: [String]
    ) -> (any Lowering)? {
        guard let core = context.producer(of: value) else { return nil }
        let biased = context.biasedProduct(core.node).map { ($0.node, $0.op, fused + [core.node.label]) }
        for (node, op, fused) in [biased, (core.node, core.op, fused)].compactMap({ $0 }) {
            guard let inputs = context.islandInputs(node) else { continue }
            let island = Island(
                node: node, op: op, inputs: inputs, clamp: clamp, output: output, outputParameters: parameters,
                fused: fused, coreOutput: value)
            for rule in LoweringRules.islands {
                guard let lowering = rule(island, context) else { continue }
                if let sum = lowering as? QuantizedBinary, let fused = convolution(addedBy: sum) { return fused }
                return lowering
            }
        }
        return nil
    }

    /// The convolution that makes one of two values that are added, if nothing else reads that value.
    private func convolution(addedBy sum: QuantizedBinary) -> QuantizedConvolution? {
        for index in sum.operands.indices {
            guard let residual = ResidualSum(sum, convolution: index), let codes = sum.operands[index].value,
                let reader = context.onlyReader(of: codes), let floats = reader.outputs.first ?? nil,
                reader.op == "DequantizeLinear", context.isInterior(floats),
                let quantize = context.producer(of: codes)?.node, quantize.op == "QuantizeLinear",
                let value = quantize.input(0), let parameters = context.codeParameters(quantize),
                let convolution = islandBehind(value, codes, parameters) as? QuantizedConvolution
            else { continue }
            if let fused = convolution.adding(residual) { return fused }
        }
        return nil
    }

    private func floatLowering(_ node: Node, _ op: any Operator, _ output: ValueName) -> (any Lowering)? {
        if let (clamp, core) = activation(node, op) {
            if fuses, context.isInterior(core), let producer = context.producer(of: core),
                let fused = floatSum(producer.node, producer.op, core, clamp, output, fused: [node.label])
            {
                return fused
            }
            guard context.facts[core]?.element == .float32, context.constant(core) == nil else { return nil }
            return FloatClamp(node: node, input: core, output: output, clamp: clamp)
        }
        return floatSum(node, op, output, .none, output, fused: [])
    }

    /// A node with a float result, from codes where its operands are codes.
    private func floatSum(
        _ node: Node, _ op: any Operator, _ value: ValueName, _ clamp: Clamp, _ output: ValueName, fused: [String]
    ) -> (any Lowering)? {
        let biased = fuses ? context.biasedProduct(node) : nil
        if fuses, biased != nil || LoweringRules.floatResults.contains(node.op),
            let island = island(
                value, clamp: clamp == .none ? nil : clamp, output: output, parameters: nil, fused: fused)
        {
            return island
        }
        guard clamp == .none || LoweringRules.clamping.contains(node.op) else { return nil }
        var float = FloatNode(node: node, op: op, clamp: clamp, output: output, fused: fused, readsCodes: fuses)
        if let biased {
            float.node = biased.node
            float.op = biased.op
            float.fused.append(node.label)
            if let product = FloatMatrixProduct(float, context) { return product }
            (float.node, float.op, float.fused) = (node, op, fused)
        }
        for rule in LoweringRules.floats {
            if let lowering = rule(float, context) { return lowering }
        }
        return nil
    }

    /// The bounds of a Relu or a Clip with constant bounds, and the value that it clamps.
    private func activation(_ node: Node, _ op: any Operator) -> (Clamp, ValueName)? {
        guard let input = node.input(0), context.facts[input]?.element == .float32 else { return nil }
        if op is Relu { return (Clamp(low: 0, high: .infinity), input) }
        guard op is Clip else { return nil }
        var bounds: [Float] = [-.infinity, .infinity]
        for index in 1...2 {
            guard let name = node.input(index) else { continue }
            guard let value = try? context.constant(name)?.floats(), value.count == 1, !value[0].isNaN else {
                return nil
            }
            bounds[index - 1] = value[0]
        }
        return bounds[0] <= bounds[1] ? (Clamp(low: bounds[0], high: bounds[1]), input) : nil
    }
}
