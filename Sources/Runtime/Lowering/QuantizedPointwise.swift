import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Functions of one quantized tensor, element by element, one behind the other: a table of 256 codes made by the reference
/// evaluation. Nothing is rounded to codes in between.
struct QuantizedPointwise: Lowering {
    let island: Island
    let input: ValueName
    let table: [UInt8]

    /// - Parameters:
    ///   - value: The float result of the last function; a QuantizeLinear reads it.
    ///   - output: The codes of that.
    init?(
        endingWith value: ValueName, output: ValueName, parameters: CodeParameters, _ context: CompileContext
    ) {
        guard let chain = PointwiseChain(endingWith: value, context), let first = chain.links.first,
            let table = chain.table(parameters)
        else { return nil }
        island = Island(
            node: first.node, op: first.op, inputs: [.codes(chain.codes, chain.parameters)], clamp: nil,
            output: output, outputParameters: parameters, fused: chain.links.dropFirst().map(\.node.label),
            coreOutput: value)
        input = chain.codes
        self.table = table
    }

    /// Operators that treat each element by itself, with one operand.
    static let operators: Set<OperatorName> = Set(
        OperatorCatalogue.all.all.filter { $0 is any UnaryOperator.Type }.map { $0.signature.name }
    ).union(["Clip"])

    var reads: [ValueName] { [input] }

    func emit(into builder: inout ProgramBuilder) throws(BitdepthError) {
        let view = try builder.codes(input, layout: nil)
        var result = try builder.lookedUp(
            view, table: table, island.description(kernel: "table \(builder.instructionSet)", .integer))
        if let parameters = island.outputParameters { result.cell = .code(parameters.format) }
        builder.define(island.output, result)
    }
}

/// `DequantizeLinear → function → function → …`, each a function of one value with single numbers as further operands.
private struct PointwiseChain {
    struct Link {
        var node: Node
        var op: any Operator
        /// The operands, `nil` in the place of the variable and of those left out.
        var numbers: [Tensor?]
        var variable: Int
    }

    private(set) var links: [Link] = []
    let codes: ValueName
    let parameters: CodeParameters

    init?(endingWith value: ValueName, _ context: CompileContext) {
        var current = value
        var links: [Link] = []
        while let producer = context.producer(of: current), context.isInterior(current),
            let input = producer.node.pointwiseInput(
                producer.op,
                // The shape comes first: whole weights are not dequantized to be counted.
                isNumber: { context.shape($0)?.count == 1 && context.floatConstant($0) != nil }),
            let variable = producer.node.inputs.firstIndex(of: input),
            let shape = context.shape(input), shape == context.shape(current)
        {
            var numbers = producer.node.inputs.map { context.floatConstant($0) }
            numbers[variable] = nil
            links.insert(Link(node: producer.node, op: producer.op, numbers: numbers, variable: variable), at: 0)
            if let source = context.producer(of: input), source.node.op == "DequantizeLinear",
                let codes = source.node.input(0), context.constant(codes) == nil,
                let parameters = context.codeParameters(source.node)
            {
                self.codes = codes
                self.parameters = parameters
                self.links = links
                return
            }
            current = input
        }
        return nil
    }

    /// What the unfused nodes make of every code; `nil` if a function fails.
    func table(_ output: CodeParameters) -> [UInt8]? {
        let reals = (0..<256).map { Float($0 - parameters.zeroPoint) * parameters.scale }
        guard var values = try? Tensor(reals) else { return nil }
        for link in links {
            var operands = link.numbers
            operands[link.variable] = values
            guard let result = try? link.op.evaluate(operands).first, result.count == 256 else { return nil }
            values = result
        }
        let codes = QuantizationParameters(scale: output.scale, zeroPoint: output.zeroPoint, codes: 0...255)
        let (minimum, maximum) = output.clamp(nil)
        return try? values.floats().map {
            UInt8(truncatingIfNeeded: min(max(codes.quantize($0), Int(minimum)), Int(maximum)))
        }
    }
}
