import Bitdepth
import Testing

@Suite("data, end to end")
struct DataCommandTests {
    private let command: BuiltCommand
    private let folder: TestFolder

    init() throws {
        command = try BuiltCommand()
        folder = try TestFolder()
        try CommandModels.write(folder.path + "/m.onnx")
    }

    private func data(_ arguments: [String]) throws -> BuiltCommand.Outcome {
        try command.run(["data", folder.path + "/m.onnx", "--data"] + arguments, in: folder)
    }

    /// Sixteen numbers of a row.
    private func row(_ first: String) -> String {
        ([first] + [String](repeating: "0.5", count: 15)).joined(separator: ",")
    }

    @Test("data tells count, shape, range and labels of what the model will see")
    func table() throws {
        let names = (0..<16).map { "p\($0)" }.joined(separator: ",") + ",label\n"
        try folder.write(Array((names + row("-3") + ",1\n" + row("0") + ",0\n").utf8), as: "x.csv")
        let outcome = try data([folder.path + "/x.csv", "--preprocess", "scale=0.5"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        for part in ["2 samples", "[1,16]", "-6", "2 classes", "B0331", "3.1 %", "scale=0.5 (from --preprocess)"] {
            #expect(outcome.output.contains(part), "\(part) in \(outcome.output)")
        }
        let json = try data([folder.path + "/x.csv", "--json"])
        for part in ["\"schema\": \"bitdepth.data/1\"", "\"min\": -3", "\"zeros\": 1", "\"label\": 1"] {
            #expect(json.output.contains(part), "\(part) in \(json.output)")
        }
    }

    @Test("Broken records are listed and left out, or the error")
    func broken() throws {
        try folder.write(Array("[\(row("1"))]\n[1,2\n[\(row("NaN"))]\n".utf8), as: "x.jsonl")
        let outcome = try data([folder.path + "/x.jsonl", "--json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("\"code\": \"B0105\"") && outcome.output.contains("\"not_finite\": 1"))
        #expect(try data([folder.path + "/x.jsonl", "--strict-data"]).status == 65)
    }

    @Test("Samples can be piped in")
    func pipe() throws {
        let shell = BuiltCommand(at: "/bin/sh")
        try CommandModels.data(folder.path + "/x.npy", rows: 20)
        try folder.write(Array("\(row("1"))\n".utf8), as: "x.csv")
        for (name, count) in [("x.npy", "20 samples"), ("x.csv", "1 samples")] {
            let line = "cat \(folder.path)/\(name) | \(command.path) data \(folder.path)/m.onnx --data -"
            let outcome = try shell.run(["-c", line], in: folder)
            #expect(outcome.status == 0 && outcome.output.contains(count), "\(outcome.errors)\(outcome.output)")
        }
        #expect(try data(["-"]).status == 65)
    }

    @Test("Mistakes in --input-value are named")
    func inputValue() throws {
        let outcome = try data(["random", "--input-value", "xx=1"])
        #expect(outcome.status == 64 && outcome.errors.contains("did you mean \"x\"?"), "\(outcome.errors)")
        #expect(try data(["random", "--input-value", "x=one"]).status == 64)
        let given = try data(["random", "--samples", "2", "--input-value", "x=3", "--json"])
        #expect(given.status == 0 && given.output.contains("\"min\": 3"), "\(given.errors)")
        #expect(!given.output.contains("B0333"))
    }
}
