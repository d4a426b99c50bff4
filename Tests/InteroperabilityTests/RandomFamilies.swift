import Foundation
import Testing

/// Some families of operators of which `Scripts/families` draws random cases.
struct RandomFamilies: CustomTestStringConvertible {
    let names: [String]

    /// How many cases are drawn of a family: fewer of operators that are one vendor's or rarely met.
    static func caseCount(_ name: String) -> Int { name.hasPrefix("ms_") || name.hasPrefix("ml_") ? 50 : 200 }

    var testDescription: String { names.joined(separator: ", ") }

    /// All families, a few of them together: so many share a Python process.
    static func all() throws -> [RandomFamilies] {
        let names = try Python.current().run("random_cases.py", ["--list"]).split(separator: "\n").map(String.init)
        return stride(from: 0, to: names.count, by: batch).map { start in
            RandomFamilies(names: Array(names[start..<min(start + batch, names.count)]))
        }
    }

    private static let batch = 8

    /// Where the random numbers begin; another seed, set by BITDEPTH_SEED, draws other cases.
    static let seed = ProcessInfo.processInfo.environment["BITDEPTH_SEED"].flatMap(Int.init) ?? 1
}
