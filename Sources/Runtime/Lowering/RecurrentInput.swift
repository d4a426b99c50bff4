import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// The product of a recurrent layer's input with its weights W `[D, gates · H, I]`, for all steps and directions at
/// once; biases are added by the recurrence.
enum RecurrentInput: Sendable {
    case floats(ValueName, [Float])
    /// Exact sums of codes, dequantized.
    case codes(ValueName, QuantizedWeights)

    /// `nil` where the weights are not constant, or of another shape than the layer's.
    init?(_ node: FloatNode, _ x: ValueName, _ plan: RecurrentPlan, _ context: CompileContext) {
        let shape = [plan.directions, plan.rows, plan.input]
        if node.readsCodes, case .codes(let value, let parameters)? = context.islandInput(x),
            let matrix = node.node.input(1), case .constant(let constant)? = context.islandInput(matrix),
            constant.codes.shape.dimensions == shape,
            let weight = constant.repeated(directions: plan.directions),
            let weights = QuantizedWeights(
                weight, rows: { $0 }, columns: plan.columns, depth: plan.input, bias: nil, input: parameters,
                output: nil)
        {
            self = .codes(value, weights)
            return
        }
        guard let weights = context.floatConstant(node.node.input(1)), weights.type == .float32,
            weights.shape.dimensions == shape,
            let values = try? weights.floats()
        else { return nil }
        self = .floats(x, values)
    }

    var value: ValueName {
        switch self {
        case .floats(let value, _), .codes(let value, _): value
        }
    }

    /// - Returns: The buffer of the products `[steps, batch, D · gates · H]`, or batch first.
    func emit(
        _ node: FloatNode, _ plan: RecurrentPlan, into builder: inout ProgramBuilder
    ) throws(BitdepthError) -> BufferID {
        let shape = SumShape.matrix(rows: plan.steps * plan.batch, depth: plan.input, columns: plan.columns)
        switch self {
        case .floats(let value, let weights):
            let view = try builder.float(value, layout: .plain)
            let products = builder.buffer(bytes: shape.pixels * shape.columns * 4)
            try builder.addFloatSum(
                node.description(
                    kernel: "sgemm \(builder.instructionSet)", multiplyAccumulates: plan.inputProducts),
                shape: shape, groups: 1, arranged: { _ in weights },
                bias: [Float](repeating: 0, count: plan.columns), clamp: .none, input: view.buffer, output: products)
            return products
        case .codes(let value, let weights):
            let view = try builder.codes(value, layout: .plain)
            let products = builder.buffer(bytes: shape.pixels * shape.columns * 4)
            let island = Island(
                node: node.node, op: node.op, inputs: [], clamp: nil, output: node.output, outputParameters: nil,
                fused: [], coreOutput: node.output)
            try builder.addQuantizedSum(
                island, shape: shape, weights: weights, groups: 1, arranged: { _ in weights.codes },
                input: view.buffer, output: products, multiplyAccumulates: plan.inputProducts)
            return products
        }
    }
}

extension QuantizedConstant {
    /// Scales that hold in each direction, written out for all; `nil` for those on another axis than the gates'.
    fileprivate func repeated(directions: Int) -> QuantizedConstant? {
        guard scales.count > 1 else { return self }
        guard axis == 1 else { return nil }
        var constant = self
        constant.scales = (0..<directions).flatMap { _ in scales }
        constant.zeroPoints = zeroPoints.count == 1 ? zeroPoints : (0..<directions).flatMap { _ in zeroPoints }
        return constant
    }
}
