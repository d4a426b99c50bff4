import BitdepthGraphs
import BitdepthTensors

/// A small random convolutional network of everything that the passes rewrite, and of what they must leave alone.
struct RandomGraph {
    private var maker: GraphMaker
    /// The value that the next block reads, and its channels; height and width stay 6.
    private var head: ValueName = "x"
    private var channels = 4
    private static let size = 6

    static func make(seed: UInt64) throws -> Graph {
        var random = RandomGraph(maker: try GraphMaker(input: [2, 4, size, size], seed: seed))
        let blocks = Int.random(in: 3...7, using: &random.maker.numbers)
        for _ in 0..<blocks { try random.addBlock() }
        try random.addClassifier()
        return random.maker.graph
    }

    private mutating func addBlock() throws {
        switch Int.random(in: 0..<10, using: &maker.numbers) {
        case 0, 1: try addConvolution()
        case 2: try addDepthwise()
        case 3: try addTransposed()
        case 4: try addResidual()
        case 5: try addConcat()
        case 6: try addPadding()
        case 7: try addSharedWeight()
        case 8: try addConstants()
        default: try addDataMovement()
        }
        try addActivation()
        // Outputs tapped in the middle.
        if maker.numbers.chance(0.2) { maker.output(head) }
    }

    private mutating func bias(_ count: Int) throws -> [ValueName?] {
        maker.numbers.chance(0.5) ? [try maker.random([count])] : []
    }

    private mutating func addConvolution() throws {
        let groups = channels % 2 == 0 && maker.numbers.chance(0.4) ? 2 : 1
        let outputs = maker.numbers.choice([2, 4, 6]) ?? 4
        let kernel = maker.numbers.choice([1, 3]) ?? 3
        let weight = try maker.weight([outputs, channels / groups, kernel, kernel])
        head = maker.add(
            "Conv", [head, weight] + (try bias(outputs)),
            ["group": .int(groups), "pads": .ints([Int](repeating: kernel / 2, count: 4))])
        channels = outputs
        // Sometimes the convolution's own output is wanted too: then nothing may be folded into it.
        if maker.numbers.chance(0.15) { maker.output(head) }
        if maker.numbers.chance(0.8) { head = try maker.batchNorm(head, channels: channels) }
    }

    private mutating func addDepthwise() throws {
        let weight = try maker.weight([channels, 1, 3, 3])
        head = maker.add(
            "Conv", [head, weight] + (try bias(channels)), ["group": .int(channels), "pads": .ints([1, 1, 1, 1])])
        head = try maker.batchNorm(head, channels: channels)
    }

    private mutating func addTransposed() throws {
        let groups = channels % 2 == 0 && maker.numbers.chance(0.5) ? 2 : 1
        let perGroup = maker.numbers.choice([1, 2, 3]) ?? 2
        let weight = try maker.weight([channels, perGroup, 3, 3])
        head = maker.add(
            "ConvTranspose", [head, weight] + (try bias(perGroup * groups)),
            ["group": .int(groups), "pads": .ints([1, 1, 1, 1])])
        channels = perGroup * groups
        head = try maker.batchNorm(head, channels: channels)
    }

    private mutating func addResidual() throws {
        let start = head
        let kept = channels
        let weight = try maker.weight([kept, kept, 3, 3])
        let inner = maker.add("Conv", [head, weight], ["pads": .ints([1, 1, 1, 1])])
        head = maker.add("Add", [try maker.batchNorm(inner, channels: kept), start])
    }

    private mutating func addConcat() throws {
        let left = maker.add("Conv", [head, try maker.weight([2, channels, 1, 1])])
        let right = try maker.batchNorm(maker.add("Conv", [head, try maker.weight([3, channels, 1, 1])]), channels: 3)
        head = maker.add("Concat", [left, right], ["axis": .int(1)])
        channels = 5
    }

    private mutating func addPadding() throws {
        var inputs: [ValueName?] = [head, try maker.constant([0, 0, 1, 0, 0, 0, 1, 2] as [Int64])]
        // A fill that is not zero must stay in front of the convolution.
        if maker.numbers.chance(0.4) { inputs.append(try maker.scalar(maker.numbers.chance(0.5) ? 0 : 0.7)) }
        let padded = maker.add("Pad", inputs)
        let weight = try maker.weight([channels, channels, 3, 3])
        head = maker.add("Conv", [padded, weight], ["pads": .ints([0, 0, 0, 0])])
    }

    private mutating func addSharedWeight() throws {
        let weight = try maker.weight([channels, channels, 1, 1])
        let first = try maker.batchNorm(maker.add("Conv", [head, weight]), channels: channels)
        let second = maker.add("Conv", [first, weight])
        head = maker.numbers.chance(0.5) ? try maker.batchNorm(second, channels: channels) : second
    }

    private mutating func addConstants() throws {
        let weight = try maker.weight([channels, channels, 1, 1])
        head = maker.add("Conv", [head, weight] + (try bias(channels)))
        if maker.numbers.chance(0.5) { head = maker.add("Mul", [try maker.random([channels, 1, 1]), head]) }
        // A constant that differs along the width is no bias.
        let shape = maker.numbers.choice([[1, channels, 1, 1], [channels, 1, 1], [], [Self.size]]) ?? []
        head = maker.add("Add", [head, try maker.random(shape)])
    }

    private mutating func addDataMovement() throws {
        let forward = maker.add("Transpose", [head], ["perm": .ints([0, 2, 3, 1])])
        let same = maker.add("Identity", [forward])
        let neutral = maker.add("Mul", [same, try maker.scalar(1)])
        head = maker.add("Transpose", [neutral], ["perm": .ints([0, 3, 1, 2])])
    }

    private mutating func addActivation() throws {
        switch Int.random(in: 0..<6, using: &maker.numbers) {
        case 0: head = maker.add("Relu", [head])
        case 1: head = maker.add("Clip", [head, try maker.scalar(0), try maker.scalar(6)])
        case 2:
            let positive = maker.add("Max", [head, try maker.scalar(0)])
            head = maker.add("Min", [try maker.scalar(6), positive])
        case 3:
            let shifted = maker.add("Add", [head, try maker.scalar(3)])
            let clipped = maker.add("Clip", [shifted, try maker.scalar(0), try maker.scalar(6)])
            head = maker.add("Div", [maker.add("Mul", [head, clipped]), try maker.scalar(6)])
        case 4: head = maker.add("Mul", [head, maker.add("Sigmoid", [head])])
        default: break
        }
    }

    private mutating func addClassifier() throws {
        let pooled = maker.add("GlobalAveragePool", [head])
        let flat = maker.add("Flatten", [pooled])
        let product = maker.add("MatMul", [flat, try maker.weight([channels, 5])])
        let dense = maker.add("Add", [product, try maker.random([5])])
        maker.output(try maker.batchNorm(dense, channels: 5))
    }
}
