import Bitdepth
import Foundation
import Testing

/// Random cases of families of operators, answered by ONNX Runtime.
@Suite("Random cases against ONNX Runtime")
struct RandomCaseTests {
    @Test("The compiled program and the reference answer as ONNX Runtime does", arguments: try RandomFamilies.all())
    func random(_ families: RandomFamilies) throws {
        let files = try Files()
        defer { files.remove() }
        let seed = RandomFamilies.seed
        let requests = families.names.map { "\($0):\(RandomFamilies.caseCount($0))" }
        print(
            try Python.current().run("random_cases.py", [files.folder.path, String(seed)] + requests), terminator: "")
        for name in families.names {
            let cases = try ConformanceCase.all(in: files.path(name))
            #expect(cases.count == RandomFamilies.caseCount(name))
            for randomCase in cases {
                if let failure = randomCase.failure() {
                    Issue.record("\(name), seed \(seed): \(randomCase.name): \(failure)")
                }
            }
        }
    }
}
