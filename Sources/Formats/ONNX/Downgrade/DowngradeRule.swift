import BitdepthGraphs
import BitdepthTensors

/// How one operator's spelling of one version becomes that of the version before.
enum DowngradeRule {
    /// The change allowed more types or explained the text: every node reads the same.
    case same
    /// The change added attributes: they are dropped where they have the value that the older version means.
    case drop([String: Attribute])
    /// The change cannot be undone.
    case never
    /// Says by returning `false` that this node cannot be spelled that way.
    case rewrite(@Sendable (inout Node, inout DowngradeScope) -> Bool)
    /// Several rules, all of which must hold.
    case all([DowngradeRule])

    func apply(_ node: inout Node, _ scope: inout DowngradeScope) -> Bool {
        switch self {
        case .same: return true
        case .never: return false
        case .drop(let defaults):
            for (name, value) in defaults {
                if let given = node.attributes[name], !given.isEquivalent(to: value) { return false }
                node.attributes[name] = nil
            }
            return true
        case .rewrite(let body): return body(&node, &scope)
        case .all(let rules): return rules.allSatisfy { $0.apply(&node, &scope) }
        }
    }

    /// Whether the change is one that no node has to follow, in either direction.
    var keepsSpelling: Bool {
        switch self {
        case .same, .drop: true
        case .never, .rewrite, .all: false
        }
    }

    /// - Parameter isFirst: Whether the version introduced the operator, so that before it only others can say what it means.
    static func rule(for type: String, at version: Int, isFirst: Bool) -> DowngradeRule {
        all[type]?[version] ?? (isFirst ? .never : .same)
    }
}

extension Attribute {
    /// Equality, where a list of equal integers equals that integer whatever its length.
    fileprivate func isEquivalent(to other: Attribute) -> Bool {
        if case .ints(let values) = self, case .int(let value) = other { return values.allSatisfy { $0 == value } }
        return self == other
    }
}
