/// What a recurrence reads and writes: buffers while a program is built, places when it runs.
struct RecurrentMemory<Place: Sendable>: Sendable {
    /// The products of the input with its weights.
    var products: Place
    /// The states while they change; see ``RecurrentPlan/scratchBytes``.
    var scratch: Place
    var lengths: Place?
    /// The hidden state and an LSTM's cell state before the first step; zero where left out.
    var first: [Place?] = [nil, nil]
    var output: Place?
    /// The same states behind each sequence's last step.
    var last: [Place?] = [nil, nil]

    init(products: Place, scratch: Place) {
        self.products = products
        self.scratch = scratch
    }

    var reads: [Place] { ([products, lengths] + first).compactMap { $0 } }
    var writes: [Place] { ([scratch, output] + last).compactMap { $0 } }

    func map<Other: Sendable>(_ transform: (Place) -> Other) -> RecurrentMemory<Other> {
        var other = RecurrentMemory<Other>(products: transform(products), scratch: transform(scratch))
        other.lengths = lengths.map(transform)
        other.first = first.map { $0.map(transform) }
        other.output = output.map(transform)
        other.last = last.map { $0.map(transform) }
        return other
    }
}

extension RecurrentPlan {
    /// Floats of one state of all sequences of all directions, padded.
    var stateFloats: Int { directions * batch * stride }

    /// Two hidden states that take turns; for an LSTM the cell, for a GRU with an inner reset its update gate and reset
    /// state; the codes of both hidden states, of 16 bits; and two numbers for each sequence, how codes are made.
    var scratchBytes: Int { 4 * (5 * stateFloats + 2 * directions * batch) }
}
