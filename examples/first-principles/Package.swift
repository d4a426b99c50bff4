// swift-tools-version: 6.1
import PackageDescription

let package = Package(
    name: "first-principles",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "bitdepth", path: "../..")],
    targets: [
        .executableTarget(name: "FirstPrinciples", dependencies: [.product(name: "Bitdepth", package: "bitdepth")])
    ],
    swiftLanguageModes: [.v6]
)
