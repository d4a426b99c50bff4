extension OperatorCatalogue {
    /// Operators with bodies, and operators on sequences and optionals: one line each.
    static let controlFlow: [any Operator.Type] = [
        ConcatFromSequence.self,
        If.self,
        Loop.self,
        OptionalGetElement.self,
        OptionalHasElement.self,
        OptionalOperator.self,
        Scan.self,
        SequenceAt.self,
        SequenceConstruct.self,
        SequenceEmpty.self,
        SequenceErase.self,
        SequenceInsert.self,
        SequenceLength.self,
        SequenceMap.self,
        SplitToSequence.self,
    ]
}
