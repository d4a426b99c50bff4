import BitdepthGraphs

extension Node {
    /// The value of which this node is a function element by element, all other operands being single numbers: `Sigmoid`,
    /// `Clip` with constant bounds, `Mul` by a constant. On codes such a function is a table, and so is a chain of them.
    ///
    /// - Parameters:
    ///   - op: The operator of the node.
    ///   - isNumber: Whether a value is a constant of one element.
    /// - Returns: `nil` for operators that look at several elements, and for operands that differ from element to element.
    public func pointwiseInput(_ op: any Operator, isNumber: (ValueName) -> Bool) -> ValueName? {
        guard outputs.count == 1 else { return nil }
        let operands = inputs.compactMap { $0 }
        let variables = operands.filter { !isNumber($0) }
        guard variables.count == 1 else { return nil }
        switch op {
        case is any UnaryOperator: return operands.count == 1 ? variables[0] : nil
        case is Clip: return inputs.first == variables[0] ? variables[0] : nil
        case is Add, is Sub, is Mul, is Div: return operands.count == 2 ? variables[0] : nil
        default: return nil
        }
    }
}
