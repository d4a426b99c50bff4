import Testing

@Suite("No file mentions the machine that it was written on")
struct MachinePathTests {
    /// Put together from parts, so that this file does not contain what it looks for.
    static let forbidden =
        ["root", "home", "work", "opt", "Users"].map { "/\($0)/" } + ["../" + "shared", "/tmp/" + "brief"]
    static let endings = [".swift", ".c", ".h", ".md", ".sh", ".py", ".txt", ".json", ".yml", ".yaml", "modulemap"]
    static let folders = ["Sources", "Tests", "scripts", "models"]
    static let files = ["Package.swift", "Makefile", ".ci/run", "CHANGELOG.md", "CONTRIBUTING.md", "NOTICE"]
    static let optionalFolders = ["examples", "bench", "docs", "Examples", "Benchmarks"]
    static let optionalFiles = ["README.md", "ARCHITECTURE.md", "SECURITY.md"]

    @Test("Sources, tests, scripts and documents name no folder of one machine")
    func machinePaths() throws {
        var paths = Self.files
        for folder in Self.folders { paths += try Repository.files(under: folder, endings: Self.endings) }
        for folder in Self.optionalFolders {
            paths += (try? Repository.files(under: folder, endings: Self.endings)) ?? []
        }
        paths += Self.optionalFiles.filter { (try? Repository.text($0)) != nil }
        for path in paths {
            let text = try Repository.text(path)
            for part in Self.forbidden {
                #expect(!text.contains(part), "\(path) mentions \(part)")
            }
        }
    }
}
