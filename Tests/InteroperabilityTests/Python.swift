import Foundation
import Testing

/// The Python environments that `make test` sets up.
struct Python {
    let executable: String

    /// The environment with the current ONNX Runtime. A test that needs it fails without: `make test` makes it.
    static func current() throws -> Python { try environment("BITDEPTH_PYTHON") }

    /// The environment with ONNX Runtime 1.16; `nil` where no Python is old enough for it (the set-up warns of that).
    static func old() -> Python? { try? environment("BITDEPTH_PYTHON_ORT116") }

    private static func environment(_ name: String) throws -> Python {
        let path = try #require(
            ProcessInfo.processInfo.environment[name], "\(name) is not set: run the tests by `make test`")
        try #require(
            FileManager.default.isExecutableFile(atPath: path), "\(path) is missing: run scripts/test-environment.sh")
        return Python(executable: path)
    }

    /// Runs a script of `Scripts/` and returns what it printed.
    @discardableResult
    func run(_ script: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: executable)
        process.arguments = [Python.scripts.appendingPathComponent(script).path] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(script) failed:\n\(text)")
        return text
    }

    private static let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "Scripts")
}

/// Files of the repository, and a folder for one test's own.
struct Files {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static func model(_ name: String) -> String { root.appendingPathComponent("models/\(name)").path }
    static func fixture(_ name: String) -> String { root.appendingPathComponent("Tests/Fixtures/\(name)").path }

    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("bitdepth-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    func remove() { try? FileManager.default.removeItem(at: folder) }
}
