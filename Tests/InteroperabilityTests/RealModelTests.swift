import Bitdepth
import Foundation
import Testing

/// Networks that others have trained, and exports of PyTorch: `BITDEPTH_REAL_MODELS=1`.
///
/// Where `BITDEPTH_REAL_MODELS_RESULTS` names a file, `scripts/real-models.py --results FILE` has quantized them and left its
/// numbers there.
@Suite("Real models", .serialized, .enabled(if: RealModel.isAsked))
struct RealModelTests {
    /// Largest difference over the output's largest magnitude.
    private static let tolerance = 1e-3

    @Test("The scripts know exactly these models")
    func list() throws {
        let printed = try Python.models().run("real_models/list.py", [])
        #expect(Set(printed.split(separator: "\n").map(String.init)) == Set(RealModel.all))
    }

    @Test("Float outputs are those of ONNX Runtime", arguments: RealModel.all)
    func floatOutputs(name: String) throws {
        let files = try Files()
        defer { files.remove() }
        let count = 4
        let printed = try Python.models().run("real_models/expected.py", [name, files.folder.path, "\(count)"])
        let path = try #require(printed.split(separator: "\n").last.map(String.init))
        let session = try Model(contentsOf: path).compiled().makeSession()
        for index in 0..<count {
            let inputs = try NumPy.readArchive(files.path("\(index).in.npz"))
            let expected = try NumPy.readArchive(files.path("\(index).out.npz"))
            let found = try session.run(Dictionary(inputs.map { ($0.key, $0.value) }) { first, _ in first })
            for (output, tensor) in expected { try compare(found[output], tensor, "\(name) \(index) \(output)") }
        }
    }

    @Test("1 to 8 threads give the same bits", arguments: RealModel.all)
    func threads(name: String) throws {
        let files = try Files()
        defer { files.remove() }
        let printed = try Python.models().run("real_models/expected.py", [name, files.folder.path, "1"])
        let model = try Model(contentsOf: try #require(printed.split(separator: "\n").last.map(String.init)))
        let inputs = Dictionary(try NumPy.readArchive(files.path("0.in.npz")).map { ($0.key, $0.value) }) { $1 }
        let expected = try model.compiled().makeSession().run(inputs)
        for threads in 2...8 {
            let found = try model.compiled(threads: threads).makeSession().run(inputs)
            #expect(found == expected, "\(name), \(threads) threads")
        }
    }

    private func compare(_ found: Tensor?, _ expected: Tensor, _ what: String) throws {
        let found = try #require(found, "\(what) is missing")
        try #require(found.shape == expected.shape, "\(what) has another shape")
        let differences = zip(try found.doubles(), try expected.doubles()).map { abs($0 - $1) }
        let magnitude = try expected.doubles().map(abs).max() ?? 0
        let bound = Self.tolerance * max(magnitude, 1e-6)
        // Not their maximum: that may pass over NaN.
        let wrong = differences.filter { !($0 <= bound) }
        #expect(wrong.isEmpty, "\(what): \(wrong.count) differ, the first by \(wrong.first ?? 0) of \(magnitude)")
    }

    @Test(
        "The default command reaches all goals", .enabled(if: RealModelResult.path != nil), arguments: RealModel.all)
    func goals(name: String) throws {
        let path = try #require(RealModelResult.path)
        let result = try #require(try RealModelResult.load(path)[name], "\(name) is not in \(path)")
        #expect(result.missed == [], "\(result.failures.joined(separator: "\n"))")
    }
}

extension Python {
    /// The environment with the real models' packages.
    static func models() throws -> Python {
        let path = try #require(
            ProcessInfo.processInfo.environment["BITDEPTH_PYTHON_MODELS"],
            "BITDEPTH_PYTHON_MODELS is not set: scripts/test-environment.sh models makes .venv-models")
        return Python(executable: path)
    }
}
