import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Samples by the types of their tensors: those of one group run in one program.
struct SampleGroups {
    struct Group {
        var types: [ValueName: TensorType]
        /// What these types tell of the values between segments.
        var facts: [ValueName: Fact] = [:]
        /// Numbers of the samples.
        var samples: [Int] = []
    }

    private(set) var all: [Group] = []
    /// Names of the samples that could be read, by their number.
    private(set) var names: [Int: String] = [:]
    private var byTypes: [[ValueName: TensorType]: Int] = [:]

    mutating func add(_ sample: Sample, number: Int) {
        var types: [ValueName: TensorType] = [:]
        for (name, tensor) in sample.tensors { types[ValueName(name)] = TensorType(of: tensor) }
        let group = byTypes[types] ?? all.count
        if group == all.count {
            all.append(Group(types: types))
            byTypes[types] = group
        }
        all[group].samples.append(number)
        names[number] = sample.name
    }

    /// Finds out the facts of every group from its types.
    mutating func learn(
        _ facts: ([ValueName: TensorType]) throws(BitdepthError) -> [ValueName: Fact]
    ) throws(BitdepthError) {
        for index in all.indices { all[index].facts = try facts(all[index].types) }
    }
}
