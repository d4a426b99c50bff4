import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Brings what only changes shapes into its simplest form: shapes that the graph computes for itself, reshapes of reshapes,
/// and operators between a reshape and its reverse.
public struct ReshapeFusion: RewritePass {
    public let name = "simplify reshapes"
    /// Operators that are younger than this version of the operator set are not made.
    public let opset: Int

    public init(opset: Int = .max) { self.opset = opset }

    public static let rewritings = [target, repeated, undone] + lanes + [lineConvolution] + spaceBlocks

    static func reshape(_ x: Pattern, as name: String? = nil, shared: Bool = false) -> Pattern {
        .node("Reshape", "Flatten", "Squeeze", "Unsqueeze", inputs: [x], as: name, furtherInputs: true, shared: shared)
    }

    private static let x = Pattern.value("x")

    /// Where exporters follow dynamic extents through Shape, Gather, Unsqueeze and Concat, the target is nearly always one
    /// that a constant can say: extents that stay are 0, and one may be left open.
    private static let target = Rewriting(
        "computed shape", "Reshape(x, Concat(Shape(x)[0], …))", becomes: "Reshape(x, [0, …, −1])",
        when: "every extent but one is a number or stays in its place",
        pattern: .node("Reshape", inputs: [x, .value("shape")]),
        typed: { match, facts, replacement throws(BitdepthError) in
            let x = try match.value("x")
            let shape = try match.value("shape")
            guard match.optionalConstant("shape") == nil, let dimensions = facts.dimensions(x),
                let elements = facts.elements(shape),
                let target = constantTarget(
                    elements, of: dimensions,
                    allowsZero: try AttributeReader(match.root).flag("allowzero", default: false))
            else { return false }
            var node = match.root
            node.attributes["allowzero"] = nil
            let constant = try Tensor(target.map { Int64($0) })
            node.inputs = [x, replacement.add(constant, named: "\(match.root.label)_shape")]
            replacement.add(node)
            return true
        })

    /// The target as numbers; `nil` where it cannot be said.
    private static func constantTarget(
        _ elements: [Dimension], of dimensions: [Dimension], allowsZero: Bool
    ) -> [Int]? {
        var target: [Int] = []
        var isOpen = false
        for (axis, extent) in elements.enumerated() {
            if case .known(let number) = extent, number > 0 || number == 0 && !allowsZero {
                target.append(number)
            } else if extent.value == nil, extent != .unknown, axis < dimensions.count, dimensions[axis] == extent {
                target.append(0)
            } else if !isOpen, extent.value ?? -1 == -1 {
                isOpen = true
                target.append(-1)
            } else {
                return nil
            }
        }
        return target
    }

    private static let repeated = Rewriting(
        "reshape of a reshape", "Reshape(reshape(x, …), s)", becomes: "Reshape(x, s)",
        when: "s is constant and copies no extent",
        pattern: .node("Reshape", inputs: [reshape(x, shared: true), .constant("shape")])
    ) { match, replacement throws(BitdepthError) in
        guard try !match.constant("shape").integers().contains(0) else { return false }
        var node = match.root
        node.inputs[0] = try match.value("x")
        replacement.add(node)
        return true
    }

    private static let undone = Rewriting(
        "reshape undone", "reshape(reshape(x, …), …)", becomes: "x", when: "the shape is that of x again",
        pattern: reshape(reshape(x, shared: true)),
        typed: { match, facts, replacement throws(BitdepthError) in
            let x = try match.value("x")
            guard facts.haveSameShape(x, match.root.output(0)) else { return false }
            replacement.forward(to: x)
            return true
        })
}
