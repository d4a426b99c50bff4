import BitdepthDataSources
import BitdepthQuantization
import BitdepthTensors
import Testing

@Suite("Samples for calibration and for the check")
struct SampleSplitTests {
    /// Samples that all differ: the number of each is its value.
    private func source(_ count: Int) throws -> SampleArray {
        SampleArray(try (0..<count).map { Sample(name: "\($0)", ["x": try Tensor([Float($0)])]) })
    }

    private func names(_ source: any SampleSource) throws -> [String] {
        try (0..<source.count).map { try source.sample(at: $0).name }
    }

    @Test(
        "The check sees samples that calibration did not use, as far as there are any",
        arguments: [
            // data, wanted, calibrate, check, kind
            (60_000, 512, 512, 256, SampleSplit.Kind.unused), (600, 500, 500, 100, .unused), (20, 10, 10, 10, .unused),
            (100, 100, 90, 10, .heldBack), (513, 512, 462, 51, .heldBack), (16, 16, 14, 2, .heldBack),
            (17, 16, 15, 2, .heldBack),
            (15, 15, 15, 15, .calibration), (1, 128, 1, 1, .calibration), (15, 14, 14, 14, .calibration),
        ])
    func sizes(count: Int, wanted: Int, calibrated: Int, checked: Int, kind: SampleSplit.Kind) throws {
        let split = try SampleSplit.choose(from: try source(count), calibration: wanted)
        #expect(split.kind == kind)
        #expect(split.calibration.count == calibrated)
        #expect(split.check.count == checked)
        let used = Set(try names(split.calibration))
        #expect(used.count == calibrated)
        if kind != .calibration { #expect(used.isDisjoint(with: try names(split.check))) }
    }

    @Test("What is held back depends on the samples, not on their order")
    func order() throws {
        let forwards = try source(100)
        let backwards = SampleArray(forwards.samples.reversed())
        let (one, other) = (try SampleSplit.choose(from: forwards), try SampleSplit.choose(from: backwards))
        #expect(Set(try names(one.check)) == Set(try names(other.check)))
        #expect(try names(one.check) == names(other.check))
    }

    @Test("Without samples there is nothing to choose from")
    func empty() throws {
        #expect(throws: BitdepthError.self) { try SampleSplit.choose(from: SampleArray([])) }
    }
}
