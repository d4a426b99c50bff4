import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors

/// Lets a Conv, or an AveragePool that counts its padding, pad by itself what a Pad of zeros padded before it.
///
/// Zeros in front of a MaxPool stay: its own padding never wins, a zero may.
public struct PadIntoConv: RewritePass {
    public let name = "fold zero padding"

    public init() {}

    private static let pad = Pattern.node(
        "Pad",
        inputs: [
            .value("x"), .constant("pads"), .optional(.constant("fill") { isZero($0) }), .optional(.constant("axes")),
        ], as: "pad"
    ) { $0.attributes["mode"].map { $0 == .text("constant") } ?? true }

    private static func isZero(_ tensor: Tensor) -> Bool {
        guard tensor.count == 1, let value = (try? tensor.doubles())?.first else { return false }
        return value == 0
    }

    public static let rewritings = [
        Rewriting(
            "Pad + Conv", "Conv(Pad(x, pads), w)", becomes: "Conv(x, w) with the pads", when: "the fill is 0",
            pattern: .node("Conv", inputs: [pad, .value("weight")], as: "consumer", furtherInputs: true)
        ) { match, replacement throws(BitdepthError) in
            try fold(match, kernel: nil, into: &replacement)
        },
        Rewriting(
            "Pad + AveragePool", "AveragePool(Pad(x, pads))", becomes: "AveragePool(x) with the pads",
            when: "the fill is 0 and padding counts", pattern: .node("AveragePool", inputs: [pad], as: "consumer")
        ) {
            match, replacement throws(BitdepthError) in
            let attributes = AttributeReader(match.root)
            // With ceil_mode the last window may lie partly outside of what is padded, and is divided by less.
            guard let kernel = try attributes.ints("kernel_shape"), try !attributes.flag("ceil_mode", default: false)
            else {
                return false
            }
            let counts = try attributes.flag("count_include_pad", default: false)
            let pads = try attributes.ints("pads") ?? []
            guard counts || pads.allSatisfy({ $0 == 0 }) else { return false }
            return try fold(match, kernel: kernel, into: &replacement)
        },
    ]

    /// - Parameter kernel: The extents of a pool's window: padding must be smaller than they are.
    private static func fold(
        _ match: Match, kernel: [Int]?, into replacement: inout Replacement
    ) throws(BitdepthError) -> Bool {
        var node = match.root
        let attributes = AttributeReader(node)
        let autoPad = try attributes.string("auto_pad") ?? "NOTSET"
        let stated = try attributes.ints("kernel_shape").map { $0.count + 2 }
        guard
            autoPad == "NOTSET" || autoPad == "VALID",
            let added = try spatialPads(
                pads: match.constant("pads").integers(), axes: match.optionalConstant("axes")?.integers(),
                rank: stated ?? match.optionalConstant("weight")?.shape.rank)
        else { return false }
        let own = autoPad == "VALID" ? nil : try attributes.ints("pads")
        let old = own ?? [Int](repeating: 0, count: added.count)
        guard old.count == added.count else { return false }
        var pads: [Int] = []
        for (a, b) in zip(old, added) {
            let (sum, overflow) = a.addingReportingOverflow(b)
            guard !overflow else { return false }
            pads.append(sum)
        }
        if let kernel {
            guard zip(pads, kernel + kernel).allSatisfy({ $0 < $1 }) else { return false }
            node.attributes["count_include_pad"] = .int(1)
        }
        node.attributes["pads"] = .ints(pads)
        node.attributes["auto_pad"] = nil
        node.inputs[0] = try match.value("x")
        replacement.add(node)
        return true
    }

    /// Padding of the spatial axes, begins first; `nil` where batch or channels are padded too, or something is cut off.
    ///
    /// - Parameter rank: The rank of what is padded, where it is known; without `axes` the pads themselves tell it.
    private static func spatialPads(pads: [Int], axes: [Int]?, rank: Int?) -> [Int]? {
        guard pads.count % 2 == 0, pads.allSatisfy({ $0 >= 0 }) else { return nil }
        let padded = pads.count / 2
        guard let rank = axes == nil ? padded : rank, rank >= 3, axes?.count ?? padded == padded else { return nil }
        var all = [Int](repeating: 0, count: 2 * rank)
        for (slot, axis) in (axes ?? Array(0..<rank)).enumerated() {
            let axis = axis < 0 ? axis + rank : axis
            guard (0..<rank).contains(axis) else { return nil }
            all[axis] = pads[slot]
            all[rank + axis] = pads[padded + slot]
        }
        guard all[0] == 0, all[1] == 0, all[rank] == 0, all[rank + 1] == 0 else { return nil }
        return Array(all[2..<rank] + all[(rank + 2)...])
    }
}
