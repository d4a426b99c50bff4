import BitdepthFormats
import BitdepthGraphs
import BitdepthTensors
import CBitdepthSystem
import FoundationEssentials
import Testing

/// The models of scripts/make-onnx-fixtures.py, and a folder of its own for each test.
enum ONNXFixtures {
    static func path(_ name: String) -> String {
        FilePathText.folder(of: #filePath) + "/Fixtures/ONNX/" + name
    }

    static func read(_ name: String) throws(BitdepthError) -> ModelGraph { try ONNX.read(path(name)) }

    /// Runs `body` with a new empty folder that is removed afterwards.
    static func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/bitdepth-\(UInt64.random(in: .min ... .max))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        Array(try #require(FileManager.default.contents(atPath: path)))
    }

    static func write(_ bytes: [UInt8], to path: String) throws {
        try #require(FileManager.default.createFile(atPath: path, contents: Data(bytes)))
    }

    static func names(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    /// The error that `body` throws.
    static func error(_ body: () throws(BitdepthError) -> Void) -> BitdepthError? {
        do throws(BitdepthError) {
            try body()
            return nil
        } catch {
            return error
        }
    }
}

enum FilePathText {
    static func folder(of path: String) -> String { String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]) }
}
