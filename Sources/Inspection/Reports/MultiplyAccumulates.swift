import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Counts the multiplications and additions of sums: of convolutions and matrix products, as the field does.
public enum MultiplyAccumulates {
    /// Multiply-accumulates of one run of a node; `nil` where the shapes do not tell, or for operators without sums.
    public static func count(_ node: Node, facts: [ValueName: Fact]) -> Int? {
        func shape(_ name: ValueName?) -> Shape? { name.flatMap { facts[$0]?.type.shape.shape } }
        switch node.op {
        case "Conv", "ConvInteger":
            guard let output = shape(node.output(0)), let weight = shape(node.input(1)), weight.rank >= 2 else {
                return nil
            }
            return product(output.count, weight.count(of: 1..<weight.rank))
        case "ConvTranspose":
            guard let input = shape(node.input(0)), let weight = shape(node.input(1)), weight.rank >= 2 else {
                return nil
            }
            return product(input.count, weight.count(of: 1..<weight.rank))
        case "MatMul", "MatMulInteger", "Gemm":
            guard let output = shape(node.output(0)), let left = shape(node.input(0)), left.rank >= 1 else {
                return nil
            }
            let isTransposed = if case .int(let flag)? = node.attributes["transA"] { flag != 0 } else { false }
            return product(output.count, left[isTransposed ? 0 : left.rank - 1])
        default: return nil
        }
    }

    /// Whether the operator has sums at all.
    public static func areCounted(_ op: OperatorName) -> Bool { operators.contains(op) }

    private static let operators: Set<OperatorName> = [
        "Conv", "ConvInteger", "ConvTranspose", "MatMul", "MatMulInteger", "Gemm",
    ]

    private static func product(_ left: Int, _ right: Int) -> Int? {
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? nil : product
    }
}
