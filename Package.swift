// swift-tools-version: 6.1
import PackageDescription

/// One room of the project: its folder, and the rooms it may import (all of which stand above it in ARCHITECTURE.md).
struct Room {
    var name: String
    var imports: [String] = []
    var packages: [Target.Dependency] = []
    var cSettings: [CSetting] = []
    var linkerSettings: [LinkerSetting] = []
    var isC = false

    var target: String { isC ? "CBitdepth\(name)" : name == "Bitdepth" ? name : "Bitdepth\(name)" }
}

let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let collections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let zlib: [CSetting] = [.define("BITDEPTH_ZLIB", .when(traits: ["Zlib"]))]
let images: [CSetting] = [.define("BITDEPTH_IMAGES", .when(traits: ["Images"]))]
/// In the order in which a static link needs them; libpng calls zlib and libm.
let imageLibraries = ["jpeg", "png16", "z", "m"].map {
    LinkerSetting.linkedLibrary($0, .when(traits: ["Images"]))
}

let rooms: [Room] = [
    Room(name: "Kernels", isC: true),
    Room(
        name: "System", cSettings: zlib,
        linkerSettings: [.linkedLibrary("z", .when(traits: ["Zlib"]))], isC: true),
    Room(name: "Tensors", imports: ["System"], packages: [system]),
    Room(name: "Metrics", imports: ["Tensors"]),
    Room(name: "Graphs", imports: ["Tensors"], packages: [collections]),
    Room(name: "Operators", imports: ["Tensors", "Graphs"]),
    Room(name: "Passes", imports: ["Tensors", "Graphs", "Operators"]),
    Room(
        name: "Formats", imports: ["System", "Tensors", "Graphs", "Operators", "Passes"],
        packages: [system, protobuf, collections]),
    Room(name: "Runtime", imports: ["Kernels", "System", "Tensors", "Graphs", "Operators", "Passes"]),
    Room(name: "Images", cSettings: images, linkerSettings: imageLibraries, isC: true),
    Room(
        name: "DataSources", imports: ["Tensors", "Metrics", "Formats", "Runtime", "Images"], packages: [system]),
    Room(
        name: "Evaluation",
        imports: ["Tensors", "Metrics", "Graphs", "Operators", "Passes", "Runtime", "DataSources"]),
    Room(
        name: "Calibration",
        imports: ["Tensors", "Metrics", "Graphs", "Operators", "Passes", "Runtime", "DataSources", "Evaluation"]),
    Room(
        name: "Quantization",
        imports: [
            "Tensors", "Metrics", "Graphs", "Operators", "Passes", "Runtime", "DataSources", "Evaluation",
            "Calibration",
        ]),
    Room(
        name: "Inspection",
        imports: [
            "Tensors", "Metrics", "Graphs", "Operators", "Runtime", "Evaluation", "Calibration", "Quantization",
        ]),
    Room(
        name: "Bitdepth",
        imports: [
            "Tensors", "Metrics", "Graphs", "Operators", "Passes", "Formats", "Runtime", "DataSources", "Evaluation",
            "Calibration", "Quantization", "Inspection",
        ]),
]

func target(_ room: Room) -> Target {
    let targets = Dictionary(uniqueKeysWithValues: rooms.map { ($0.name, $0.target) })
    return .target(
        name: room.target,
        dependencies: room.imports.compactMap { targets[$0] }.map { .target(name: $0) } + room.packages,
        path: "Sources/\(room.name)",
        cSettings: room.cSettings,
        linkerSettings: room.linkerSettings)
}

/// The tests of a room stand in `Tests/<Room>Tests` and may import the room and all that it imports.
struct RoomTests {
    var room: String
    var imports: [String] = []
    var packages: [Target.Dependency] = []
    var exclude: [String] = []
}

let tests: [RoomTests] = [
    RoomTests(room: "Kernels"),
    RoomTests(room: "Tensors"),
    RoomTests(room: "Metrics"),
    RoomTests(room: "Graphs", packages: [collections]),
    RoomTests(room: "Operators", packages: [collections]),
    RoomTests(room: "Passes", packages: [collections]),
    RoomTests(room: "Formats", packages: [collections], exclude: ["Fixtures"]),
    RoomTests(
        room: "Runtime", imports: ["Formats", "DataSources", "Evaluation", "Calibration", "Metrics", "Quantization"],
        packages: [system, collections, .target(name: "CBitdepthAllocationCounting")]),
    RoomTests(room: "DataSources"),
    RoomTests(room: "Evaluation"),
    RoomTests(room: "Calibration"),
    RoomTests(room: "Quantization", imports: ["Formats"], packages: [collections]),
    RoomTests(room: "Inspection"),
    RoomTests(room: "Bitdepth", packages: [collections, system]),
    RoomTests(room: "Command", imports: ["Bitdepth"], packages: [arguments]),
    RoomTests(room: "Structure"),
]

func testTarget(_ test: RoomTests) -> Target {
    let room = rooms.first { $0.name == test.room }
    let reached = Set([test.room] + (room?.imports ?? []) + test.imports)
    let own: [String] = test.room == "Command" ? ["BitdepthCommand"] : []
    return .testTarget(
        name: "Bitdepth\(test.room)Tests",
        dependencies: (rooms.filter { reached.contains($0.name) }.map(\.target) + own).map { .target(name: $0) }
            + test.packages,
        path: "Tests/\(test.room)Tests",
        exclude: test.exclude)
}

let package = Package(
    name: "bitdepth",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Bitdepth", targets: ["Bitdepth"]),
        .executable(name: "bitdepth", targets: ["BitdepthCommand"]),
    ],
    traits: [
        .trait(name: "Zlib", description: "Inflate and deflate by zlib; without it an own, slower inflate is used."),
        .trait(
            name: "Images", description: "JPEG and PNG by libjpeg-turbo and libpng; without it images cannot be read."),
        .default(enabledTraits: ["Zlib", "Images"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        // Its default traits would link all of Foundation: 44 MB in the static binary.
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0", traits: []),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    ],
    targets: rooms.map(target) + [
        .executableTarget(
            name: "BitdepthCommand",
            dependencies: [
                "Bitdepth", "BitdepthInspection", "BitdepthRuntime", "BitdepthFormats", "BitdepthOperators",
                "BitdepthTensors", "CBitdepthSystem", arguments,
            ],
            path: "Sources/Command",
            resources: [.embedInCode("Peers/peer.py")])
    ] + tests.map(testTarget) + [
        .target(name: "CBitdepthAllocationCounting", path: "Tests/AllocationCounting"),
        .testTarget(
            name: "InteroperabilityTests", dependencies: ["Bitdepth"], path: "Tests/InteroperabilityTests",
            exclude: ["Scripts"]),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .c11
)
