import Testing

@Suite("Rooms import only what stands above them")
struct RoomTests {
    /// The order in which ARCHITECTURE.md introduces the rooms.
    static let names = [
        "Kernels", "System", "Tensors", "Metrics", "Graphs", "Operators", "Passes", "Formats", "Runtime", "Images",
        "DataSources",
        "Evaluation", "Calibration", "Quantization", "Inspection", "Bitdepth", "Command",
    ]

    let rooms: [Room]

    init() throws {
        rooms = Declarations.rooms(manifest: try Repository.text("Package.swift"))
    }

    @Test("The manifest declares the rooms in order, each with a folder of its own")
    func declaredOrder() throws {
        #expect(rooms.map(\.name) == Self.names)
        #expect(try Set(Repository.folders(under: "Sources")) == Set(Self.names))
    }

    @Test("A room declares only imports of rooms above it")
    func declaredArrows() {
        for (position, room) in rooms.enumerated() {
            let above = Set(rooms[..<position].map(\.name))
            for name in room.imports {
                #expect(
                    above.contains(name), "Package.swift: \(room.name) imports \(name), which does not stand above it")
            }
        }
    }

    @Test("A Swift file imports only the rooms that its room declares", arguments: names)
    func usedArrows(name: String) throws {
        let room = try #require(rooms.first { $0.name == name })
        let modules = Dictionary(rooms.map { ($0.module, $0.name) }, uniquingKeysWith: { first, _ in first })
        for path in try Repository.files(under: "Sources/\(name)", endings: [".swift"]) {
            for module in Declarations.imports(swift: try Repository.text(path)) {
                guard let imported = modules[module] else { continue }
                #expect(room.imports.contains(imported), "\(path): \(name) must not import \(module)")
            }
        }
    }

    @Test("A C file includes only headers of its own room", arguments: ["Kernels", "System", "Images"])
    func ownHeaders(name: String) throws {
        let files = try Repository.files(under: "Sources/\(name)", endings: [".c", ".h"])
        let own = Set(files.compactMap { $0.split(separator: "/").last.map(String.init) })
        for path in files {
            for header in Declarations.includes(c: try Repository.text(path)) {
                #expect(own.contains(header), "\(path): \(header) is not a header of \(name)")
            }
        }
    }

    @Test("No file that the binary links imports Foundation: FoundationEssentials keeps it a quarter of the size")
    func noFoundation() throws {
        for path in try Repository.files(under: "Sources", endings: [".swift"]) {
            let modules = Declarations.imports(swift: try Repository.text(path))
            #expect(!modules.contains("Foundation"), "\(path): import FoundationEssentials instead of Foundation")
        }
    }
}
