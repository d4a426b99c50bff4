import BitdepthGraphs
import BitdepthOperators
import BitdepthTensors
import Testing

@testable import BitdepthRuntime

/// Counts how far compiled graphs are from the reference evaluation of the same graph on the same inputs.
struct IslandTally {
    private(set) var total = 0
    private(set) var different = 0

    static let supportedSets = InstructionSet.allCases.filter(\.isSupported)

    /// How far floats of the fused graph may be from the reference, in parts of the largest.
    var floatBound = 1e-5

    /// Runs the maker's graph fused, on every instruction set and several thread counts, which must agree to the bit, and
    /// unfused. Codes may be one step from the reference, floats ``floatBound``, and 1e-5 where unfused.
    ///
    /// - Parameters:
    ///   - kernel: The kernel that must be among those called, of the right instruction set where it has several.
    ///   - allowsReference: Whether reference evaluations may be among the steps.
    mutating func compare(_ maker: IslandMaker, kernel: String?, allowsReference: Bool = false, seed: UInt64) throws {
        let expected = try maker.expected()
        var first: [String: Tensor]?
        for (position, set) in IslandTally.supportedSets.enumerated() {
            let compiled = try CompiledGraph(
                maker.graph, options: CompileOptions(instructionSet: set), threads: 1 + 2 * position)
            let found = try compiled.makeSession().run(maker.inputs)
            if let first {
                #expect(found == first, "\(set) differs from scalar, seed \(seed)")
                continue
            }
            first = found
            for (name, tensor) in expected { try tally(tensor, try #require(found[name.text]), isFused: true, seed) }
            if let kernel {
                let kernels = try compiled.program(for: maker.inputs).descriptions.map(\.kernel)
                #expect(kernels.contains { $0 == kernel || $0 == "\(kernel) \(set)" }, "\(kernels), seed \(seed)")
                if !allowsReference { #expect(!kernels.contains("reference"), "\(kernels), seed \(seed)") }
            }
        }
        let unfused = try CompiledGraph(maker.graph, options: CompileOptions(fuses: false, normalizes: false))
        let found = try unfused.makeSession().run(maker.inputs)
        for (name, tensor) in expected { try tally(tensor, try #require(found[name.text]), isFused: false, seed) }
    }

    /// Equal elements are at least `share` of all.
    func expectAgreement(_ share: Double = 0.999) {
        #expect(total > 0)
        #expect(
            Double(total - different) >= share * Double(total), "\(different) of \(total) elements differ by one step")
    }

    private mutating func tally(_ expected: Tensor, _ found: Tensor, isFused: Bool, _ seed: UInt64) throws {
        let label = "\(isFused ? "fused" : "unfused"), seed \(seed)"
        #expect(found.shape == expected.shape, "\(label)")
        #expect(found.type == expected.type, "\(label)")
        guard found.shape == expected.shape, found.type == expected.type else { return }
        guard expected.type.isInteger else {
            return try expectClose(found, expected, bound: isFused ? floatBound : 1e-5, label)
        }
        let pairs = zip(try found.integers(), try expected.integers())
        let far = pairs.enumerated().first { abs($0.element.0 - $0.element.1) > 1 }
        #expect(
            far == nil, "element \(far?.offset ?? 0) is \(far?.element.0 ?? 0), not \(far?.element.1 ?? 0): \(label)")
        // Float sums of FP32 may fall on the other side of a tie; the fused kernels are held to more.
        guard isFused else { return }
        total += expected.count
        different += pairs.count { $0 != $1 }
    }
}

/// Expects floats within `bound` of the largest expected one; NaN where NaN is expected, infinities where they are.
func expectClose(
    _ found: Tensor, _ expected: Tensor, bound: Double = 1e-5, _ label: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    #expect(found.shape == expected.shape, "\(label)", sourceLocation: sourceLocation)
    #expect(found.type == expected.type, "\(label)", sourceLocation: sourceLocation)
    guard found.shape == expected.shape else { return }
    let pairs = zip(try found.doubles(), try expected.doubles())
    let bound = bound * (pairs.map(\.1).filter(\.isFinite).map(abs).max() ?? 0)
    let wrong = pairs.enumerated().first { _, pair in
        let (a, b) = pair
        return !(a == b || a.isNaN && b.isNaN || abs(a - b) <= bound)
    }
    #expect(
        wrong == nil,
        "element \(wrong?.offset ?? 0) is \(wrong?.element.0 ?? 0), not \(wrong?.element.1 ?? 0): \(label)",
        sourceLocation: sourceLocation)
}

/// Compares one graph's results in all the ways of ``IslandTally`` and expects them to be equal.
func expectEqual(
    _ maker: IslandMaker, kernel: String? = nil, allowsReference: Bool = false, floatBound: Double = 1e-5,
    seed: UInt64 = 0
) throws {
    var tally = IslandTally()
    tally.floatBound = floatBound
    try tally.compare(maker, kernel: kernel, allowsReference: allowsReference, seed: seed)
    #expect(tally.different == 0, "\(tally.different) of \(tally.total) elements differ, seed \(seed)")
}
