// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "quantize-and-run",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "bitdepth", path: "../..")],
    targets: [
        .executableTarget(name: "QuantizeAndRun", dependencies: [.product(name: "Bitdepth", package: "bitdepth")])
    ],
    swiftLanguageModes: [.v6]
)
