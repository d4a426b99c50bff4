import Bitdepth
import BitdepthInspection
import BitdepthOperators
import BitdepthTensors
import Testing

@testable import BitdepthCommand

@Suite("The support table of operators")
struct OperatorsCommandTests {
    @Test("docs/operators.md holds the table that the command prints")
    func document() throws {
        let text = String(decoding: try RepositoryFile.bytes("docs/operators.md"), as: UTF8.self)
        let written = text.split(separator: "\n").filter { $0.hasPrefix("|") }
        let printed = OperatorSupportTable.table(of: OperatorSupport.all).markdown.split(separator: "\n")
        #expect(
            written.elementsEqual(printed), "write the table of `bitdepth operators --format md` to docs/operators.md")
    }

    @Test("Every operator of the catalogue has one row, and its versions are the catalogue's")
    func rows() throws {
        let all = OperatorSupport.all
        #expect(all.count == OperatorCatalogue.all.all.count)
        #expect(Set(all.map(\.name)).count == all.count)
        let conv = try #require(all.first { $0.name == "Conv" })
        #expect(conv.versions == [1, 11, 22])
        #expect(conv.domain == "ai.onnx")
    }

    @Test(
        "Kernels are told apart from reference evaluations",
        arguments: [
            ("Conv", "sums", "sums"), ("Add", "binary", "binary"), ("Tanh", "unary", "unary"),
            ("Clip", "reference", "unary"), ("MaxPool", "pool", "pool"), ("Flatten", "reshape", "reshape"),
            ("DepthToSpace", "movement", "movement"), ("QLinearAdd", "reference", "binary"),
            ("Einsum", "reference", nil), ("Shape", "reference", nil),
        ] as [(String, String, String?)])
    func kernels(name: String, float: String, integer: String?) throws {
        let operation = try #require(OperatorSupport.named(name).first)
        #expect(operation.float == float)
        #expect(operation.integer == integer)
    }

    @Test("Quantization rules are said in words, and left out where they depend on attributes")
    func rules() throws {
        func rule(_ name: String) -> String? { OperatorSupport.named(name).first?.quantization }
        #expect(rule("Conv") == "activations, weight per channel of axis 0, 32-bit bias; output calibrated")
        #expect(rule("Transpose") == "activations; output in the scale of input 0")
        #expect(rule("Shape") == "not quantized")
        #expect(rule("Einsum") == nil)
    }

    @Test("Names are found whatever their case, with or without the domain; a near name is suggested")
    func names() throws {
        #expect(try Operators.named("conv").map(\.name) == ["Conv"])
        #expect(try Operators.named("ai.onnx.Conv").map(\.name) == ["Conv"])
        #expect(try Operators.named("com.microsoft.QLinearAdd").map(\.name.domain) == ["com.microsoft"])
        do throws(BitdepthError) {
            _ = try Operators.named("Covn")
            Issue.record("an operator of that name exists")
        } catch {
            #expect(error.message == "no operator \"Covn\"; did you mean \"Conv\"?")
            #expect(error.code == .usage)
        }
    }
}
