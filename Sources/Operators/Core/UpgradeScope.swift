import BitdepthGraphs
import BitdepthTensors
import OrderedCollections

/// The surroundings of a node that is upgraded: new constants and nodes that the newer spelling needs are made here.
public struct UpgradeScope: Sendable {
    /// Initializers that the upgrade added.
    public private(set) var initializers: OrderedDictionary<ValueName, Tensor> = [:]
    /// Nodes to be placed before, and after, the upgraded node.
    public private(set) var before: [Node] = []
    public private(set) var after: [Node] = []
    private var taken: Set<ValueName>
    private let constants: OrderedDictionary<ValueName, Tensor>

    public init(taken: Set<ValueName>, constants: OrderedDictionary<ValueName, Tensor>) {
        self.taken = taken
        self.constants = constants
    }

    /// The elements of a value, where it is an initializer.
    public func constant(_ name: ValueName?) -> Tensor? { name.flatMap { constants[$0] ?? initializers[$0] } }

    /// A new initializer; its name begins with `base`.
    public mutating func add(_ tensor: Tensor, named base: String) -> ValueName {
        let name = newName(base)
        initializers[name] = tensor
        return name
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

    public mutating func insertBefore(_ node: Node) { before.append(node) }
    public mutating func insertAfter(_ node: Node) { after.append(node) }

    /// Every name that is taken now, for the next node's scope.
    public var takenNames: Set<ValueName> { taken }
}
