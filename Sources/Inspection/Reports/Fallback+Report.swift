import BitdepthQuantization

extension Fallback {
    /// How much was kept float, and what that gained; the nodes themselves stand in the list of nodes with their reasons.
    var text: ReportText {
        var text = ReportText()
        let gain =
            "\(NumberText.decibels(decibelsBefore)) → \(NumberText.decibels(decibelsAfter)) on samples of calibration"
        text.field(
            "fallback",
            [
                keptText, "\(NumberText.percent(part)) of multiply-adds", gain,
                reachesGoal ? "--no-fallback keeps none" : "more is not within the budget or does not help",
            ])
        return text
    }

    private var keptText: String {
        switch kept.count {
        case 0: "sums give floats where only float nodes read them"
        case 1: "1 node that costs most stays float"
        default: "\(NumberText.count(kept.count)) nodes that cost most stay float"
        }
    }

    var json: JSONValue {
        [
            "sqnr_db_before": .number(decibelsBefore), "sqnr_db_after": .number(decibelsAfter),
            "multiply_adds_share": .number(part), "reaches_goal": .bool(reachesGoal), "rounds": .integer(rounds),
            "kept": .array(
                kept.map {
                    [
                        "node": .string($0.node), "operator": .string($0.operatorType),
                        "costs_db": .number($0.decibels), "multiply_adds_share": .number($0.part),
                    ]
                }),
        ]
    }
}
