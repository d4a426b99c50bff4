import Bitdepth
import Testing

/// The node, simple and converted-PyTorch cases of `onnx.backend.test`.
@Suite("ONNX conformance", .serialized)
struct ConformanceTests {
    @Test("Every case of onnx.backend.test passes, but those that a rule or the table of exceptions names")
    func backendTests() throws {
        let files = try Files()
        defer { files.remove() }
        try Python.current().run("dump_conformance.py", [files.folder.path])
        var passed = 0
        var excluded: [String: Int] = [:]
        var failures: [String: String] = [:]
        for conformanceCase in try ConformanceCase.all(in: files.folder.path) {
            if let (use, reason) = ConformanceRules.exclusion(of: conformanceCase) {
                excluded["\(use): \(reason)", default: 0] += 1
            } else if let failure = conformanceCase.failure() {
                failures[conformanceCase.name] = failure
            } else {
                passed += 1
            }
        }
        let unsupported = excluded.values.reduce(0, +)
        print("\(passed) passed, \(unsupported) unsupported by rule, \(failures.count) failed")
        for (use, count) in excluded.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            print("    \(count) \(use)")
        }
        for (name, reason) in ConformanceRules.exceptions.sorted(by: { $0.key < $1.key }) {
            print("    exception \(name): \(reason)")
        }
        for (name, failure) in failures.sorted(by: { $0.key < $1.key }) {
            #expect(ConformanceRules.exceptions[name] != nil, "\(name): \(failure)")
        }
        for name in ConformanceRules.exceptions.keys.sorted() {
            #expect(failures[name] != nil, "\(name) passes now: take it out of the table of exceptions")
        }
        // A rule must not come to hide what has passed before; raise the number with every operator that is added.
        #expect(passed >= 1668)
        #expect(passed + unsupported + failures.count == 1755, "the onnx package is another, or cases were lost")
    }
}
