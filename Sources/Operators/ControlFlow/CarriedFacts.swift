import BitdepthGraphs
import BitdepthTensors

/// Facts of values that a loop carries from one iteration to the next: true before the first and after every one.
enum CarriedFacts {
    /// Widens what is known of the initial values until an iteration of the body changes nothing of it.
    ///
    /// - Parameter step: What an iteration makes of carried values; `nil` for values of which nothing is known.
    static func settled(
        _ initial: [Fact?], _ step: ([Fact?]) throws(BitdepthError) -> [Fact?]
    ) throws(BitdepthError) -> [Fact?] {
        // Constants of the first iteration are none of the second.
        var carried = initial.map { $0.map { Fact($0.type, kind: $0.kind) } }
        // Each round that changes something makes an extent unknown, and no value has many.
        for _ in 0..<limit {
            let after = try step(carried)
            var joined: [Fact?] = []
            for (index, before) in carried.enumerated() {
                guard let before, index < after.count, let after = after[index] else {
                    joined.append(nil)
                    continue
                }
                let both = before.joined(after)
                joined.append(Fact(both.type, kind: both.kind))
            }
            let isSettled = zip(carried, joined).allSatisfy { $0?.type == $1?.type && $0?.kind == $1?.kind }
            carried = joined
            if isSettled { return carried }
        }
        return carried.map { $0.map { Fact(TensorType($0.type.element, .unknown), kind: $0.kind) } }
    }

    private static let limit = 16
}
