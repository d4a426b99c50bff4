import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// For each element of a result, row-major, the flat position of the input's element that it is; -1 for a border.
struct ElementSources: Sendable {
    var shape: Shape
    var positions: [Int]
    /// The bytes of a border's element.
    var fill: [UInt8]

    /// `nil` where the operator needs more than its first input and constants.
    ///
    /// - Parameters:
    ///   - output: The output of the node whose elements are asked for.
    ///   - border: The bytes of a border's element where the node does not say them itself.
    init?(
        _ node: Node, _ op: any Operator, output: ValueName, _ element: ElementType, border: [UInt8]? = nil,
        _ context: CompileContext
    ) {
        guard Rearrangement.operators.contains(node.op), let input = context.shape(node.input(0)),
            let result = context.shape(output), 1...ElementSources.largestCount ~= input.count,
            1...ElementSources.largestCount ~= result.count,
            // Cropping writes another value than elements beyond the edges.
            (op as? Resize).map({ $0.mode == .nearest && $0.coordinateMode != .tfCropAndResize }) ?? true
        else { return nil }
        var operands: [Tensor?] = [try? Tensor((0..<input.count).map(Int64.init)).reshaped(to: input)]
        for name in node.inputs.dropFirst() {
            guard let name else { operands.append(nil); continue }
            guard let constant = context.constant(name) else { return nil }
            operands.append(constant)
        }
        var fill = [UInt8](repeating: 0, count: element.bitWidth / 8)
        if let pad = op as? Pad, pad.mode == .constant {
            if let border {
                fill = border
            } else if operands.count > 2, let value = operands[2] {
                guard value.count == 1, value.type == element, let bytes = try? value.withBytes({ Array($0) }),
                    bytes.count == fill.count
                else { return nil }
                fill = bytes
            }
            while operands.count < 3 { operands.append(nil) }
            operands[2] = try? Tensor(scalar: Int64(-1))
        }
        self.init(op, operands, output: node.outputs.firstIndex(of: output) ?? 0, fill, input.count)
        guard shape == result else { return nil }
    }

    /// Positions of larger values would take too long to find.
    private static let largestCount = 8_000_000

    private init?(_ op: any Operator, _ operands: [Tensor?], output: Int, _ fill: [UInt8], _ count: Int) {
        guard operands.first != nil, let results = try? op.evaluate(operands), output < results.count,
            let positions = try? results[output].integers(), positions.allSatisfy({ $0 >= -1 && $0 < count })
        else { return nil }
        self.shape = results[output].shape
        self.positions = positions
        self.fill = fill
    }

    /// The same with the elements of both sides where they lie in memory, as blocks of elements that stay together.
    func blocks(from source: View, to target: View) -> (starts: [Int32], length: Int) {
        var places = positions
        if target.layout == .channelsLast, !(target.isLayoutFree && source.isLayoutFree) {
            let from = source.shape.memoryPlaces, order = target.shape.memoryPlaces
            for (index, position) in positions.enumerated() {
                places[order.place(of: index)] = position < 0 ? -1 : from.place(of: position)
            }
        }
        var length = places.count
        for index in places.indices.dropFirst() {
            let (before, here) = (places[index - 1], places[index])
            let isTogether = here < 0 ? before < 0 : before >= 0 && here == before + 1
            if !isTogether { length = greatestDivisor(length, index) }
            if length == 1 { break }
        }
        return (stride(from: 0, to: places.count, by: length).map { Int32(truncatingIfNeeded: places[$0]) }, length)
    }

    private func greatestDivisor(_ a: Int, _ b: Int) -> Int {
        var (a, b) = (a, b)
        while b != 0 { (a, b) = (b, a % b) }
        return a
    }
}

/// Where elements of a row-major tensor lie channels-last.
private struct MemoryPlaces {
    var channels: Int
    var pixels: Int

    func place(of index: Int) -> Int {
        let image = index / (channels * pixels), rest = index % (channels * pixels)
        return image * channels * pixels + rest % pixels * channels + rest / pixels
    }
}

extension Shape {
    fileprivate var memoryPlaces: MemoryPlaces {
        rank < 2
            ? MemoryPlaces(channels: 1, pixels: count) : MemoryPlaces(channels: self[1], pixels: count(of: 2..<rank))
    }
}
