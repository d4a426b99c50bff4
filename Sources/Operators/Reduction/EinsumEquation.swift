import BitdepthTensors

/// The index notation of Einsum, such as `bij,bjk->bik`: letters name axes, `...` stands for axes that broadcast.
struct EinsumEquation: Sendable, Hashable {
    enum Label: Sendable, Hashable {
        case letter(Character)
        /// An axis under the ellipsis, counted from its last.
        case broadcast(Int)
    }

    /// What stands for one operand; `nil` is the ellipsis.
    private typealias Term = [Character?]
    private let operands: [[Character?]]
    private let output: [Character?]?

    /// - Throws: ``BitdepthError/Code/invalidAttribute`` for anything but letters, commas, one arrow and ellipses.
    init(_ text: String) throws(BitdepthError) {
        let compact = text.filter { !$0.isWhitespace }
        let sides = compact.split(separator: ">", omittingEmptySubsequences: false)
        guard sides.count <= 2, sides.count == 1 || sides[0].hasSuffix("-") else {
            throw EinsumEquation.malformed(text)
        }
        let left = sides.count == 2 ? sides[0].dropLast() : sides[0]
        operands = try left.split(separator: ",", omittingEmptySubsequences: false)
            .map { part throws(BitdepthError) in try EinsumEquation.term(part, in: text) }
        output = sides.count == 2 ? try EinsumEquation.term(sides[1], in: text) : nil
    }

    private static func term(_ part: Substring, in text: String) throws(BitdepthError) -> Term {
        var term: Term = []
        var rest = part
        while let first = rest.first {
            if rest.hasPrefix("...") {
                guard !term.contains(nil) else { throw malformed(text) }
                term.append(nil)
                rest = rest.dropFirst(3)
            } else {
                guard first.isLetter, first.isASCII else { throw malformed(text) }
                term.append(first)
                rest = rest.dropFirst()
            }
        }
        return term
    }

    private static func malformed(_ text: String) -> BitdepthError {
        BitdepthError(.invalidAttribute, "attribute \"equation\" is \"\(text)\", which cannot be read")
    }

    /// The labels of each operand's axes, and of the output's.
    ///
    /// - Throws: ``BitdepthError/Code/shapeMismatch`` when the ranks do not fit the equation.
    func labels(ranks: [Int]) throws(BitdepthError) -> (operands: [[Label]], output: [Label]) {
        guard ranks.count == operands.count else {
            throw BitdepthError(
                .shapeMismatch, "the equation names \(operands.count) operands, there are \(ranks.count)")
        }
        var broadcastRank = 0
        var labels: [[Label]] = []
        for (term, rank) in zip(operands, ranks) {
            let hidden = rank - term.count { $0 != nil }
            guard hidden == 0 || hidden > 0 && term.contains(nil) else {
                throw BitdepthError(
                    .shapeMismatch, "an operand of rank \(rank) does not fit the equation's \(term.count) axes")
            }
            broadcastRank = max(broadcastRank, hidden)
            labels.append(EinsumEquation.expand(term, hidden))
        }
        if let output {
            let expanded = EinsumEquation.expand(output, broadcastRank)
            guard Set(expanded).count == expanded.count, Set(expanded).isSubset(of: labels.joined()) else {
                throw BitdepthError(
                    .invalidAttribute, "the equation's output names an axis twice, or one that no operand has")
            }
            return (labels, expanded)
        }
        // Without an arrow: the broadcast axes, then the letters that occur once, in alphabetical order.
        let letters = operands.joined().compactMap { $0 }
        let once = letters.filter { letter in letters.count { $0 == letter } == 1 }.sorted()
        return (labels, EinsumEquation.expand([nil] + once, broadcastRank))
    }

    private static func expand(_ term: [Character?], _ hidden: Int) -> [Label] {
        term.flatMap { letter -> [Label] in letter.map { [.letter($0)] } ?? (0..<hidden).reversed().map(Label.broadcast)
        }
    }
}
