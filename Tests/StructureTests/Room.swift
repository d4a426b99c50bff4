/// A room as Package.swift declares it.
struct Room: Equatable {
    var name: String
    var isC = false
    var imports: [String] = []

    /// The module that other rooms import.
    var module: String { isC ? "CBitdepth" + name : name == "Bitdepth" ? name : "Bitdepth" + name }
}

/// What a manifest says about rooms, and what a source file imports: both read from their text.
enum Declarations {
    /// The rooms of the table `let rooms: [Room] = [ … ]`, in order, and the room of the command at the end.
    static func rooms(manifest: String) -> [Room] {
        let table = /\bRoom\(\s*name:\s*"(?<name>\w+)"(?<rest>(?:[^()]|\([^()]*(?:\([^()]*\)[^()]*)*\))*)\)/
        var rooms = manifest.matches(of: table).map { match in
            Room(
                name: String(match.output.name),
                isC: match.output.rest.contains(/isC:\s*true/),
                imports: match.output.rest.firstMatch(of: /imports:\s*\[([^\]]*)\]/).map { quoted($0.output.1) } ?? [])
        }
        let command = /name:\s*"BitdepthCommand",\s*dependencies:\s*\[(?<modules>[^\]]*)\]/
        if let match = manifest.firstMatch(of: command) {
            let modules = Dictionary(rooms.map { ($0.module, $0.name) }, uniquingKeysWith: { first, _ in first })
            let imports = quoted(match.output.modules).compactMap { modules[$0] }
            rooms.append(Room(name: "Command", imports: imports))
        }
        return rooms
    }

    /// The modules that a Swift file imports, whatever attribute, access level or declaration kind the import has.
    ///
    /// `import Foundation` is left out where it is what the file falls back to without FoundationEssentials.
    static func imports(swift source: String) -> [String] {
        let fallback =
            /#if canImport\(FoundationEssentials\)\s+import FoundationEssentials\s+#else\s+import Foundation\s+#endif/
        let statement =
            /^[ \t]*(?:@\w+(?:\(\w+\))?[ \t]+)*(?:(?:public|package|internal|fileprivate|private)[ \t]+)?import[ \t]+(?:(?:struct|class|enum|protocol|typealias|func|let|var)[ \t]+)?(\w+)/
            .anchorsMatchLineEndings()
        return source.replacing(fallback, with: "import FoundationEssentials").matches(of: statement).map {
            String($0.output.1)
        }
    }

    /// The headers that a C file includes by `#include "…"`, without their folders.
    static func includes(c source: String) -> [String] {
        source.matches(of: /#[ \t]*include[ \t]*"(?:[^"]*\/)?([^"\/]+)"/).map { String($0.output.1) }
    }

    private static func quoted(_ text: Substring) -> [String] {
        text.matches(of: /"(\w+)"/).map { String($0.output.1) }
    }
}
