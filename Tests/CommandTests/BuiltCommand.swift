import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The built command, run as users run it.
struct BuiltCommand {
    /// What a finished process left.
    struct Outcome {
        var status: Int32
        var output: String
        var errors: String
    }

    struct Missing: Error, CustomStringConvertible {
        var looked: [String]
        var description: String {
            "no built command at \(looked.joined(separator: " or ")); build it with `swift build -c release --product bitdepth` or name one with BITDEPTH_BINARY"
        }
    }

    struct CannotStart: Error { var errorNumber: Int32 }

    let path: String

    /// The binary that BITDEPTH_BINARY names, or the one that was built beside the tests.
    ///
    /// - Throws: ``Missing``, which says how to build one.
    init() throws {
        let named = ProcessInfo.processInfo.environment["BITDEPTH_BINARY"]
        let candidates = named.map { [$0] } ?? BuiltCommand.neighbours
        guard let found = candidates.first(where: { FileManager.default.isExecutableFile(atPath: $0) }) else {
            throw Missing(looked: candidates)
        }
        path = found
    }

    /// Another program, a shell mostly.
    init(at path: String) { self.path = path }

    /// Beside the running test binary, which lies in the build folder.
    private static var neighbours: [String] {
        let running = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return [running, CommandLine.arguments.first ?? ""].filter { $0.contains("/") }.map { path in
            path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") + "/bitdepth"
        }
    }

    /// Runs the command to its end.
    func run(_ arguments: [String], in folder: TestFolder) throws -> Outcome { try start(arguments, in: folder).wait() }

    /// Starts the command; its output goes to files in the folder.
    func start(_ arguments: [String], in folder: TestFolder) throws -> RunningCommand {
        let name = String(UInt64.random(in: .min ... .max), radix: 36)
        let streams = (folder.path + "/.out-\(name)", folder.path + "/.err-\(name)")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, streams.0, flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, streams.1, flags, 0o600)
        let words: [UnsafeMutablePointer<CChar>?] = ([path] + arguments).map { (word: String) in strdup(word) }
        let settings: [String] = ["PATH=/usr/bin:/bin", "TERM=dumb"]
        let environment: [UnsafeMutablePointer<CChar>?] = settings.map { (word: String) in strdup(word) }
        defer { for pointer in words + environment { free(pointer) } }
        // Threads that run tests block signals, and a child inherits that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var identifier = pid_t()
        let failure = posix_spawn(&identifier, path, &actions, &attributes, words + [nil], environment + [nil])
        guard failure == 0 else { throw CannotStart(errorNumber: failure) }
        return RunningCommand(identifier: identifier, outputPath: streams.0, errorsPath: streams.1)
    }
}

/// A process that was started and not yet waited for.
struct RunningCommand {
    let identifier: pid_t
    fileprivate let outputPath: String
    fileprivate let errorsPath: String

    var errors: String { (try? String(contentsOfFile: errorsPath, encoding: .utf8)) ?? "" }

    /// Waits until the process has said something on standard error.
    ///
    /// - Returns: Whether it did within `seconds`.
    func waitForErrors(seconds: Int = 60) -> Bool {
        for _ in 0..<seconds * 20 {
            if !errors.isEmpty { return true }
            usleep(50_000)
        }
        return false
    }

    func send(_ signal: Int32) { kill(identifier, signal) }

    /// - Returns: The exit status, or 1000 and the signal's number where a signal ended the process.
    func wait() -> BuiltCommand.Outcome {
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
        let byExit = status & 0x7F == 0
        let output = (try? String(contentsOfFile: outputPath, encoding: .utf8)) ?? ""
        return .init(status: byExit ? (status >> 8) & 0xFF : 1000 + (status & 0x7F), output: output, errors: errors)
    }
}

/// A new folder that is removed with its contents.
final class TestFolder {
    let path: String

    init() throws {
        path =
            FileManager.default.temporaryDirectory.path + "/bitdepth-"
            + String(UInt64.random(in: .min ... .max), radix: 36)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Names of what lies in the folder, the command's streams left out.
    var names: [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return all.filter { !$0.hasPrefix(".out-") && !$0.hasPrefix(".err-") }.sorted()
    }

    func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(filePath: path + "/" + name))) }

    @discardableResult
    func write(_ bytes: [UInt8], as name: String) throws -> String {
        try Data(bytes).write(to: URL(filePath: path + "/" + name))
        return path + "/" + name
    }
}

/// Files that are part of the repository.
enum RepositoryFile {
    private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(
        separator: "/")

    static func path(_ path: String) -> String { root + "/" + path }

    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: self.path(path))))
    }
}
