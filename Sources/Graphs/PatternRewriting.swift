import BitdepthTensors
import OrderedCollections

/// A rewriting of one pattern into something that computes the same.
public struct RewriteRule: Sendable {
    public let name: String
    public let pattern: Pattern
    /// Builds what stands in the match's place; `false` declines, and the graph stays as it is.
    public let rewrite: @Sendable (Match, inout Replacement) throws(BitdepthError) -> Bool

    public init(
        _ name: String, _ pattern: Pattern,
        rewrite: @escaping @Sendable (Match, inout Replacement) throws(BitdepthError) -> Bool
    ) {
        self.name = name
        self.pattern = pattern
        self.rewrite = rewrite
    }
}

/// What stands in the place of a match: nodes, of which one produces ``output``, or a value that was there already.
public struct Replacement: Sendable {
    /// The name under which the rest of the graph reads the result.
    public let output: ValueName
    fileprivate var nodes: [Node] = []
    fileprivate var initializers: OrderedDictionary<ValueName, Tensor> = [:]
    fileprivate var forwarded: ValueName?
    fileprivate var taken: Set<ValueName>
    private let match: Match

    fileprivate init(_ match: Match, output: ValueName, taken: Set<ValueName>) {
        self.match = match
        self.output = output
        self.taken = taken
    }

    public mutating func add(_ node: Node) { nodes.append(node) }

    /// A new initializer, whose name begins with `base`.
    public mutating func add(_ tensor: Tensor, named base: String) -> ValueName {
        let name = newName(base)
        initializers[name] = tensor
        return name
    }

    /// Changes a constant of the match: in place where nothing else reads it, else as a copy.
    ///
    /// - Returns: The name under which the changed constant is read.
    public mutating func change(_ constant: ValueName, to tensor: Tensor) -> ValueName {
        guard match.isSoleReader(of: constant), initializers[constant] == nil else {
            return add(tensor, named: constant.text)
        }
        initializers[constant] = tensor
        return constant
    }

    public mutating func newName(_ base: String) -> ValueName {
        var name = ValueName(base)
        var number = 1
        while !taken.insert(name).inserted {
            name = ValueName("\(base)_\(number)")
            number += 1
        }
        return name
    }

    /// Lets the node that was added last make ``output`` as its first output.
    public mutating func produceOutput() {
        guard let last = nodes.indices.last, !nodes[last].outputs.isEmpty else { return }
        nodes[last].outputs[0] = output
    }

    /// Lets readers of the result read `value` instead.
    public mutating func forward(to value: ValueName) { forwarded = value }
}

/// Applies rewrite rules until none fits any more.
public enum Rewriter {
    /// Sweeps over the graph until a sweep changes nothing, or `sweepLimit` sweeps are done.
    ///
    /// - Returns: How many matches were rewritten.
    @discardableResult
    public static func apply(
        _ rules: [RewriteRule], to graph: inout Graph, sweepLimit: Int = 64
    ) throws(BitdepthError) -> Int {
        var total = 0
        for _ in 0..<sweepLimit {
            let count = try sweep(rules, over: &graph)
            total += count
            if count == 0 { break }
        }
        return total
    }

    /// Rewrites matches that do not overlap, all found in the graph as it was at the start of the sweep.
    private static func sweep(_ rules: [RewriteRule], over graph: inout Graph) throws(BitdepthError) -> Int {
        let matcher = PatternMatcher(graph)
        let rootOperators = rules.map(\.pattern.rootOperators)
        var taken = graph.allNames
        var forwarding = ValueForwarding(graph)
        var replaced = Set<Int>()
        // Nodes that stay count too: a replacement may read past them, so that their inputs have users that no index knows.
        var reserved = Set<Int>()
        var replacements: [Int: [Node]] = [:]
        var initializers: OrderedDictionary<ValueName, Tensor> = [:]
        var count = 0
        for position in graph.nodes.indices {
            let op = graph.nodes[position].op
            let candidates = zip(rules, rootOperators).filter { $1?.contains(op) ?? true }.map(\.0)
            guard
                let (match, replacement) = try firstRewrite(
                    candidates, at: position, matcher, taken: taken, isFree: { reserved.isDisjoint(with: $0.matched) })
            else { continue }
            var nodes = replacement.nodes
            if let value = replacement.forwarded, !forwarding.forward(replacement.output, to: value) {
                let identity = Node("Identity", name: match.root.name, inputs: [value], outputs: [replacement.output])
                // An Identity that must stay is no progress.
                if match.root.op == identity.op { continue }
                nodes.append(identity)
            }
            replaced.formUnion(match.replaced)
            reserved.formUnion(match.matched)
            replacements[position] = nodes
            for (name, tensor) in replacement.initializers { initializers[name] = tensor }
            taken = replacement.taken
            count += 1
        }
        guard count > 0 else { return 0 }
        graph.nodes = graph.nodes.indices.flatMap { position in
            replacements[position] ?? (replaced.contains(position) ? [] : [graph.nodes[position]])
        }
        for (name, tensor) in initializers { graph.initializers[name] = tensor }
        forwarding.apply(to: &graph)
        return count
    }

    private static func firstRewrite(
        _ rules: [RewriteRule], at position: Int, _ matcher: PatternMatcher, taken: Set<ValueName>,
        isFree: (Match) -> Bool
    ) throws(BitdepthError) -> (Match, Replacement)? {
        for rule in rules {
            for match in matcher.matches(of: rule.pattern, at: position) where isFree(match) {
                guard let output = match.root.output(0) else { continue }
                var replacement = Replacement(match, output: output, taken: taken)
                let accepted = try locating(match.root.place) { () throws(BitdepthError) in
                    try rule.rewrite(match, &replacement)
                }
                if accepted { return (match, replacement) }
            }
        }
        return nil
    }
}
