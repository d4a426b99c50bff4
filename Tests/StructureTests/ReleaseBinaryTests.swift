import FoundationEssentials
import Testing

@Suite("The release binary")
struct ReleaseBinaryTests {
    /// The binary that `make release` made; `BITDEPTH_RELEASE_BINARY` names another one.
    static let path =
        ProcessInfo.processInfo.environment["BITDEPTH_RELEASE_BINARY"] ?? Repository.root + "/build/bitdepth"
    /// Whether there is one to check: a path that was asked for must exist.
    static let isExpected =
        ProcessInfo.processInfo.environment["BITDEPTH_RELEASE_BINARY"] != nil
        || FileManager.default.fileExists(atPath: path)

    @Test(
        "is one static file: no dynamic linker, no shared library", .enabled(if: isExpected, "run `make release` first")
    )
    func isStatic() throws {
        let file = try ExecutableFile(Data(contentsOf: URL(filePath: Self.path)))
        #expect(!file.hasInterpreter)
        #expect(file.neededLibraries == 0)
    }

    @Test("is smaller than 25 MB", .enabled(if: isExpected, "run `make release` first"))
    func isSmall() throws {
        let bytes = try Data(contentsOf: URL(filePath: Self.path)).count
        #expect(bytes < 25_000_000)
    }

    #if os(Linux)
    @Test("The check sees that the running test is dynamic")
    func testItselfIsDynamic() throws {
        let file = try ExecutableFile(Data(contentsOf: URL(filePath: "/proc/self/exe")))
        #expect(file.hasInterpreter)
        #expect(file.neededLibraries > 0)
        #expect(!file.isStatic)
    }
    #endif

    @Test("Files that are no ELF, or end within their header, are errors", arguments: [0, 3, 6, 40, 63])
    func malformed(length: Int) {
        let header = Data([0x7F, 0x45, 0x4C, 0x46, 2, 1]) + Data(repeating: 1, count: 58)
        #expect(throws: ExecutableFile.Malformed.self) { try ExecutableFile(header.prefix(length)) }
    }
}
