import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import OrderedCollections

/// Makes the operator on codes that stands for an island, and the constants that it needs.
struct QOperatorWriter {
    private(set) var added: OrderedDictionary<ValueName, Tensor> = [:]
    private var taken: Set<ValueName>

    init(taken: Set<ValueName>) { self.taken = taken }

    mutating func node(for island: QDQIsland, _ reader: QDQReader) throws(Obstacle) -> Node {
        try checkClamp(island)
        switch QOperatorRule.all[island.node.op] {
        case .sum(let sum)?: return try node(sum, island, reader)
        case .function(let function)?: return try node(function, island, reader)
        case .concatenation(let op)?:
            let result = try result(island, reader)
            var inputs = try parameters(of: result)
            for slot in island.operands.indices {
                inputs += try withParameters(try activation(island, slot, like: result))
            }
            return node(op, island, inputs: inputs, result)
        case nil: return try movement(island, reader)
        }
    }

    private mutating func node(
        _ function: QOperatorRule.Function, _ island: QDQIsland, _ reader: QDQReader
    ) throws(Obstacle) -> Node {
        let result = try result(island, reader)
        var inputs: [ValueName?] = []
        for slot in 0..<function.operands {
            let operand = try activation(island, slot, like: result)
            if function.mustRescale, operand.scales == result.scales {
                throw Obstacle("its scale does not change, and \(function.op.type) rounds halves otherwise")
            }
            inputs += try withParameters(operand)
        }
        var node = node(function.op, island, inputs: inputs + (try parameters(of: result)), result)
        for (name, value) in function.implied {
            guard node.attributes.removeValue(forKey: name)?.repeats(value) ?? true else {
                throw Obstacle("\(function.op.type) has no attribute \"\(name)\"")
            }
        }
        for (name, value) in function.added.sorted(by: { $0.key < $1.key }) { node.attributes[name] = value }
        return node
    }

    /// The island's node as another operator.
    func node(_ op: OperatorName, _ island: QDQIsland, inputs: [ValueName?], _ result: QuantizedValue?) -> Node {
        var node = island.node
        node.op = op
        node.inputs = inputs
        if let result { node.outputs = [result.name] }
        return node
    }

    // MARK: What an island must have

    /// Clamping is left out where codes cannot lie outside of the bounds anyway.
    private func checkClamp(_ island: QDQIsland) throws(Obstacle) {
        guard let clamp = island.clamp, let result = island.result, result.isPerTensor, result.element.bitWidth == 8,
            let codes = result.element.integerRange
        else { return }
        let parameters = QuantizationParameters(scale: result.scales[0], zeroPoint: result.zeroPoints[0], codes: codes)
        let bounds = (low: parameters.quantize(clamp.low), high: parameters.quantize(clamp.high))
        guard bounds == (codes.lowerBound, codes.upperBound) else {
            throw Obstacle(
                "\(clamp.op.type) does not vanish: it keeps codes \(bounds.low) ... \(bounds.high) of \(codes.lowerBound) ... \(codes.upperBound)"
            )
        }
    }

    /// The first result, 8-bit codes of one scale.
    func result(_ island: QDQIsland, _ reader: QDQReader) throws(Obstacle) -> QuantizedValue {
        guard let result = island.result else {
            throw Obstacle(
                reader.isQuantizedToo(island.node.output(0)) ? "its float result is read too" : "its result stays float"
            )
        }
        return try plain(result)
    }

    /// An operand in 8-bit codes of one scale, of the type of the result, as ONNX Runtime's kernels want it.
    func activation(_ island: QDQIsland, _ slot: Int, like result: QuantizedValue?) throws(Obstacle) -> QuantizedValue {
        switch slot < island.operands.count ? island.operands[slot] : nil {
        case .codes(let value)?:
            let value = try plain(value)
            if let result, value.element != result.element {
                throw Obstacle(
                    "operand \"\(value.name)\" is \(value.element.shortName) and the result \(result.element.shortName)"
                )
            }
            return value
        case .float(let name, let constant)?:
            throw Obstacle("operand \"\(name)\" is a float\(constant == nil ? "" : " constant")")
        case nil: throw Obstacle("operand \(slot) is missing")
        }
    }

    private func plain(_ value: QuantizedValue) throws(Obstacle) -> QuantizedValue {
        guard value.isPerTensor else { throw Obstacle("\"\(value.name)\" has more than one scale") }
        guard value.element == .uint8 || value.element == .int8 else {
            throw Obstacle("\"\(value.name)\" has codes of type \(value.element.shortName), not u8 or i8")
        }
        return value
    }

    // MARK: Inputs of the new node

    mutating func withParameters(_ value: QuantizedValue) throws(Obstacle) -> [ValueName?] {
        [value.name] + (try parameters(of: value))
    }

    mutating func parameters(of value: QuantizedValue) throws(Obstacle) -> [ValueName?] {
        if let zeroPoint = value.zeroPoint { return [value.scale, zeroPoint] }
        let zeros = try constant("\(value.name)_zero_point") { () throws(BitdepthError) in
            try Tensor(zeros: value.parameterShape, type: value.element)
        }
        return [value.scale, zeros]
    }

    /// Adds a constant, whose name begins with `base`.
    mutating func constant(_ base: String, _ make: () throws(BitdepthError) -> Tensor) throws(Obstacle) -> ValueName {
        let tensor: Tensor
        do throws(BitdepthError) { tensor = try make() } catch { throw Obstacle(error.message) }
        var name = ValueName(base)
        var number = 1
        while !taken.insert(name).inserted {
            name = ValueName("\(base)_\(number)")
            number += 1
        }
        added[name] = tensor
        return name
    }
}

extension Attribute {
    /// Whether the attribute is `value`, or a list of nothing else.
    fileprivate func repeats(_ value: Attribute) -> Bool {
        if case .ints(let values) = self { return values.allSatisfy { .int($0) == value } }
        return self == value
    }
}
