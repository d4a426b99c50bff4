import Bitdepth
import Foundation
import Testing

@Suite("Images are those of Pillow", .enabled(if: ImageDecoder.isAvailable, "built without the trait Images"))
struct PillowTests {
    private static let seed = "20"

    @Test("A thousand images of random sizes are resized bit for bit")
    func resizing() throws {
        let files = try Files()
        defer { files.remove() }
        let count = 1000
        try Python.current().run("pillow_resize.py", [Self.seed, "\(count)", files.path("cases.npz")])
        let cases = try Cases(files.path("cases.npz"))
        var different: [String] = []
        for index in 0..<count {
            let expected = try cases["\(index).output"]
            let filter = ResampleFilter.allCases[try cases["\(index).filter"].integers()[0]]
            let image = try Image(try cases["\(index).input"])
            let found = try image.resized(height: expected.shape[0], width: expected.shape[1], filter).pixels
            if found != expected {
                different.append("\(index): \(image.pixels.shape) to \(expected.shape) by \(filter)")
            }
        }
        #expect(different.isEmpty, "\(different.count) of \(count) differ: \(different.prefix(5))")
    }

    @Test("Random JPEG and PNG files, decoded and prepared by the presets, have the same pixels")
    func presets() throws {
        let files = try Files()
        defer { files.remove() }
        let count = 150
        try Python.current().run("pillow_recipes.py", [Self.seed, "\(count)", files.folder.path])
        let expected = try Cases(files.path("expected.npz"))
        var different: [String] = []
        for index in 0..<count {
            let path = ["jpg", "png"].map { files.path("\(index).\($0)") }
                .first { FileManager.default.fileExists(atPath: $0) }
            let image = try ImageDecoder.read(try #require(path))
            let target = try expected["\(index).target"].integers()
            for (preset, size) in [("raw", nil), ("imagenet", target), ("inception", target), ("yolo", target)] {
                let found = try PreprocessingRecipe(parsing: preset).image.apply(
                    to: image, for: ImageTarget(channels: 3, height: size?[0], width: size?[1]))
                let pixels = try expected["\(index)." + (preset == "raw" ? "decoded" : preset)]
                if found.pixels != pixels { different.append("\(path ?? ""): \(preset) to \(target)") }
            }
        }
        #expect(different.isEmpty, "\(different.count) differ: \(different.prefix(5))")
    }

    /// The arrays of an .npz file, by name.
    private struct Cases {
        private let arrays: [String: Tensor]

        init(_ path: String) throws {
            let archive = try NumPy.readArchive(try ByteSource.open(path))
            arrays = Dictionary(archive.map { ($0.key, $0.value) }) { first, _ in first }
        }

        subscript(name: String) -> Tensor {
            get throws { try #require(try arrays[name]?.loaded()) }
        }
    }
}
