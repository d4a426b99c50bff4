import ArgumentParser
import Bitdepth
import Testing

@testable import BitdepthCommand

@Suite("Arguments of inspect, run and bench")
struct LookAndMeasureTests {
    @Test(
        "Lists of counts take positive numbers, each once",
        arguments: [
            ("1", [1]), ("1,2", [1, 2]), ("8,1,8", [8, 1]), ("", nil), ("0", nil), ("1,", nil), ("a", nil), ("-1", nil),
            ("70000", nil),
        ])
    func counts(text: String, counts: [Int]?) { #expect(CountList(argument: text)?.counts == counts) }

    @Test(
        "Durations have units, seconds without",
        arguments: [
            ("2s", 2), ("500ms", 0.5), ("1min", 60), ("0.25", 0.25), ("s", nil), ("-1s", nil), ("2h", nil),
            ("nan", nil), ("1e9s", nil),
        ])
    func durations(text: String, seconds: Double?) { #expect(DurationArgument(argument: text)?.seconds == seconds) }

    @Test("inspect shows an overview, or the parts that were asked for")
    func sections() throws {
        #expect(try Inspect.parse(["m"]).sections(isQuantized: false) == [.header, .operators, .floats])
        #expect(try Inspect.parse(["m"]).sections(isQuantized: true) == [.header, .operators, .floats, .tensors])
        #expect(try Inspect.parse(["m", "--ops"]).sections(isQuantized: true) == [.operators])
        #expect(
            try Inspect.parse(["m", "--stats", "--tensors", "--nodes"]).sections(isQuantized: true) == [
                .nodes, .tensors, .weights,
            ])
    }

    @Test("bench takes lists and refuses what makes no sense")
    func bench() throws {
        let command = try Bench.parse([
            "a", "b", "--threads", "1,2", "--batch", "1,8", "--min-time", "100ms", "--runs", "7",
        ])
        #expect(command.models == ["a", "b"] && command.threads?.counts == [1, 2] && command.batch?.counts == [1, 8])
        #expect(command.minTime.seconds == 0.1 && command.runs == 7 && command.warmup == 5)
        for wrong in [
            [], ["a", "--runs", "0"], ["a", "--warmup", "-1"], ["a", "--threads", "2000"], ["a", "--threads", "0"],
        ] {
            #expect(throws: (any Error).self) { try Bench.parse(wrong) }
        }
    }

    private let inputs = [
        InputSpecification(
            name: "image", type: .float32, shape: PartialShape([.symbol("n"), .known(3), .unknown, .unknown])),
        InputSpecification(name: "mask", type: .bool, shape: .unknown),
    ]

    private func shape(_ text: String) throws -> ShapeArgument { try #require(ShapeArgument(argument: text)) }

    @Test("--shape fixes what is free")
    func shapes() throws {
        let fixed = try [try shape("image:2x3x8x8"), try shape("mask:5")].applied(to: inputs)
        #expect(fixed.map(\.shape.description) == ["[2,3,8,8]", "[5]"])
        #expect(try [try shape("1x3x4x4")].applied(to: [inputs[0]])[0].shape.description == "[1,3,4,4]")
    }

    @Test(
        "--shape is refused where it contradicts the model",
        arguments: ["image:2x4x8x8", "image:2x3x8", "imgae:2x3x8x8", "2x3x8x8"])
    func badShapes(text: String) throws {
        let argument = try shape(text)
        let inputs = inputs
        let error = #expect(throws: BitdepthError.self) { try [argument].applied(to: inputs) }
        #expect(error?.code == .usage)
        if text.hasPrefix("imgae") { #expect(error?.message.contains("did you mean \"image\"?") == true) }
    }

    private func target(_ path: String?, outputs: [String]) throws -> OutputTarget {
        try OutputTarget(path, outputs: outputs, force: false, Terminal(color: .never, environment: [:]))
    }

    @Test("Outputs go where their format can hold them")
    func outputTargets() throws {
        let folder = try TestFolder()
        #expect(try target(nil, outputs: ["a", "b"]).path == nil)
        #expect(try target(folder.path + "/o.npz", outputs: ["a", "b"]).path != nil)
        #expect(try target(folder.path + "/o.npy", outputs: ["a"]).path != nil)
        #expect(folder.names == [])
        for wrong in ["/o.npy", "/o.txt", "/o"] {
            let error = #expect(throws: BitdepthError.self) { try target(folder.path + wrong, outputs: ["a", "b"]) }
            #expect(error?.code == .usage)
        }
        let missing = #expect(throws: BitdepthError.self) { try target(folder.path + "/none/o.npz", outputs: ["a"]) }
        #expect(missing?.code == .cannotCreate)
    }
}
