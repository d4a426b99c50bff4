import Testing

@Suite("What the checks of rooms read from text")
struct DeclarationTests {
    @Test("Rooms with nested calls, several lines and no imports are read from a manifest")
    func rooms() {
        let manifest = """
            let rooms: [Room] = [
                Room(name: "Kernels", isC: true),
                Room(
                    name: "System", cSettings: zlib,
                    linkerSettings: [.linkedLibrary("z", .when(traits: ["Zlib"]))], isC: true),
                Room(name: "Tensors", imports: ["System"], packages: [system]),
                Room(
                    name: "Bitdepth",
                    imports: [
                        "Tensors",
                        "Kernels",
                    ]),
            ]
            .executableTarget(name: "BitdepthCommand", dependencies: ["Bitdepth", "CBitdepthSystem", arguments])
            """
        #expect(
            Declarations.rooms(manifest: manifest) == [
                Room(name: "Kernels", isC: true),
                Room(name: "System", isC: true),
                Room(name: "Tensors", imports: ["System"]),
                Room(name: "Bitdepth", imports: ["Tensors", "Kernels"]),
                Room(name: "Command", imports: ["Bitdepth", "System"]),
            ])
    }

    @Test(
        "Every spelling of an import is seen",
        arguments: [
            "import BitdepthTensors", "  import BitdepthTensors", "@testable import BitdepthTensors",
            "@_exported public import BitdepthTensors", "@_spi(Testing) import BitdepthTensors",
            "package import struct BitdepthTensors.Shape", "import func BitdepthTensors.zip",
        ])
    func imports(line: String) {
        #expect(Declarations.imports(swift: "import Testing\n\(line)\nlet x = 1") == ["Testing", "BitdepthTensors"])
    }

    @Test("Words about imports in comments are not imports")
    func comments() {
        #expect(Declarations.imports(swift: "// import Graphs\n/// A room may import BitdepthGraphs.\n") == [])
    }

    @Test("Foundation counts, but not where it is the fallback for FoundationEssentials")
    func foundation() {
        #expect(Declarations.imports(swift: "import Foundation\n") == ["Foundation"])
        let guarded =
            "#if canImport(FoundationEssentials)\nimport FoundationEssentials\n#else\nimport Foundation\n#endif\n"
        #expect(Declarations.imports(swift: guarded) == ["FoundationEssentials"])
    }

    @Test("Quoted includes are read without their folders, system headers are not")
    func includes() {
        #expect(
            Declarations.includes(c: "#include <stdint.h>\n# include \"include/a.h\"\n#include \"b.h\"") == [
                "a.h", "b.h",
            ])
    }
}
