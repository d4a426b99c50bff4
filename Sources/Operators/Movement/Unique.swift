import BitdepthGraphs
import BitdepthTensors

/// The different elements of the input, or its different entries along `axis`; where each occurs first, which of them each
/// entry of the input is, and how often each occurs.
///
/// Source: ONNX operator specification, Unique-28.
public struct Unique: Operator {
    public static let signature = OperatorSignature("Unique", versions: [11, 28], inputs: 1...1, outputs: 1...4)
    public let axis: Int?
    /// Whether the results ascend (entries as words of their elements), else they come in order of first occurrence.
    public let isSorted: Bool

    public init(_ attributes: AttributeReader) throws(BitdepthError) {
        axis = try attributes.int("axis")
        isSorted = try attributes.flag("sorted", default: true)
    }

    public func infer(_ inputs: [Fact?]) throws(BitdepthError) -> [Fact] {
        let x = try inputs.required(0, "X")
        var shape = PartialShape([.unknown])
        if let axis {
            shape = x.type.shape
            if let rank = x.rank { shape.dimensions?[try Shape.normalize(axis: axis, rank: rank)] = .unknown }
        }
        let count = Fact(.int64, PartialShape([.unknown]))
        return [Fact(x.element, shape), count, count, count]
    }

    public func evaluate(_ inputs: [Tensor?]) throws(BitdepthError) -> [Tensor] {
        let x = try inputs.required(0, "X")
        let source = try axis == nil ? Shape([x.count]) : x.shape
        let axis = try source.axis(self.axis ?? 0)
        let stride = source.strides[axis]
        var offsets = source.axisOffsets
        offsets[axis] = source.count == 0 ? [] : [0]
        let members = try gridPositions(offsets)
        let groups = groups(of: source.count == 0 ? 0 : source[axis], members, stride: stride, try RankedElements(x))

        var extents = source.dimensions
        extents[axis] = groups.count
        offsets[axis] = groups.map { $0[0] * stride }
        let chosen = try x.gathered(try gridPositions(offsets), shape: try Shape(extents))
        var inverse = [Int64](repeating: 0, count: source.count == 0 ? 0 : source[axis])
        for (number, group) in groups.enumerated() {
            for entry in group { inverse[entry] = Int64(number) }
        }
        return [
            chosen, try Tensor(groups.map { Int64($0[0]) }), try Tensor(inverse),
            try Tensor(groups.map { Int64($0.count) }),
        ]
    }

    /// Entries that are equal, ascending within a group.
    private func groups(of count: Int, _ members: [Int], stride: Int, _ elements: RankedElements) -> [[Int]] {
        /// Whether entry `a` comes before entry `b` as a word of elements.
        func isBelow(_ a: Int, _ b: Int) -> Bool {
            for member in members {
                if elements.isBelow(a * stride + member, b * stride + member) { return true }
                if elements.isBelow(b * stride + member, a * stride + member) { return false }
            }
            return false
        }
        var groups: [[Int]] = []
        for entry in (0..<count).sorted(by: { isBelow($0, $1) || !isBelow($1, $0) && $0 < $1 }) {
            if let last = groups.last, !isBelow(last[0], entry) {
                groups[groups.count - 1].append(entry)
            } else {
                groups.append([entry])
            }
        }
        return isSorted ? groups : groups.sorted { $0[0] < $1[0] }
    }
}
