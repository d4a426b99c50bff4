import BitdepthTensors
import Testing

@testable import BitdepthDataSources

@Suite("Recipes for images")
struct ImageRecipeTests {
    @Test(
        "Recipes are read and have one spelling",
        arguments: [
            ("resize=256,crop=224", "resize=256,crop=224"),
            ("scale=255,crop=224x224,resize=256:224", "resize=256:224,crop=224,scale=255"),
            ("resize=240x320,filter=lanczos,color=bgr", "resize=240x320,filter=lanczos,color=bgr"),
            ("letterbox=0,background=0:0:0", "letterbox=0,background=0"),
            ("crop=0.875,resize=input,background=none", "resize=input,crop=0.875,background=none"),
            ("background=255,filter=bilinear", "raw"),
            ("yolo", "letterbox=114,scale=255"), ("yolo,resize=input", "resize=input,scale=255"),
            ("inception,crop=input", "resize=input,crop=input,scale=255,mean=0.5,std=0.5"),
        ])
    func spelling(text: String, canonical: String) throws {
        let recipe = try PreprocessingRecipe(parsing: text)
        #expect(recipe.description == canonical)
        #expect(try PreprocessingRecipe(parsing: canonical) == recipe)
    }

    @Test(
        "What cannot be understood says what was expected",
        arguments: [
            "resize=0", "resize=-5", "resize=256:0", "resize=1x2x3", "resize=99999", "crop=1.5", "crop=0.0", "crop=0",
            "crop=224:256", "letterbox=256", "letterbox=-1", "filter=nearest", "color=cmyk", "background=1:2",
            "background=256", "resize=256,letterbox=114",
        ])
    func errors(text: String) {
        let error = #expect(throws: BitdepthError.self) { try PreprocessingRecipe(parsing: text) }
        #expect(error?.code == .badPreprocessing)
        #expect(error?.message.contains("expected") == true || error?.message.contains("exclude") == true)
    }

    /// A gray image whose bytes count up.
    private func image(_ height: Int, _ width: Int) throws -> Image {
        try ImageFixtures.image((0..<height * width).map { UInt8($0 % 256) }, height: height, width: width, channels: 1)
    }

    private func size(_ text: String, of height: Int, _ width: Int, for target: ImageTarget) throws -> [Int] {
        let recipe = try PreprocessingRecipe(parsing: text).image
        return try recipe.apply(to: try image(height, width), for: target).pixels.shape.dimensions
    }

    @Test("Sizes come out as the recipe says, the model's size is taken from its input")
    func sizes() throws {
        let open = ImageTarget(channels: 1)
        #expect(try size("resize=10", of: 30, 41, for: open) == [10, 13, 1])
        #expect(try size("resize=10", of: 41, 30, for: open) == [13, 10, 1])
        #expect(try size("resize=10x20", of: 41, 30, for: open) == [10, 20, 1])
        #expect(try size("resize=10,crop=8", of: 41, 30, for: open) == [8, 8, 1])
        #expect(try size("crop=0.5", of: 40, 30, for: open) == [20, 16, 1])
        #expect(try size("imagenet", of: 300, 400, for: open) == [224, 224, 1])
        for preset in ["imagenet", "inception", "yolo"] {
            let target = ImageTarget(channels: 3, height: 32, width: 48)
            #expect(try size(preset, of: 37, 20, for: target) == [32, 48, 3])
        }
    }

    @Test("A letterbox centres the image and fills the rest")
    func letterbox() throws {
        let white = try ImageFixtures.image([UInt8](repeating: 255, count: 8), height: 2, width: 4, channels: 1)
        let recipe = try PreprocessingRecipe(parsing: "letterbox=7").image
        let boxed = try recipe.apply(to: white, for: ImageTarget(channels: 1, height: 5, width: 4))
        let margin = [UInt8](repeating: 7, count: 4)
        #expect(
            try boxed.pixels.array(of: UInt8.self) == margin + [UInt8](repeating: 255, count: 8) + margin + margin)
    }

    @Test("Gray models get gray images, others RGB, unless the recipe says otherwise")
    func colours() throws {
        #expect(try size("raw", of: 4, 4, for: ImageTarget(channels: 1)) == [4, 4, 1])
        #expect(try size("raw", of: 4, 4, for: ImageTarget(channels: 3)) == [4, 4, 3])
        #expect(try size("color=gray", of: 4, 4, for: ImageTarget()) == [4, 4, 1])
        let error = #expect(throws: BitdepthError.self) { try size("raw", of: 4, 4, for: ImageTarget(channels: 4)) }
        #expect(error?.code == .badPreprocessing)
    }

    @Test("Images that do not fit are errors that say what to do")
    func misfits() throws {
        let target = ImageTarget(channels: 1, height: 8, width: 8)
        let size = #expect(throws: BitdepthError.self) { try self.size("raw", of: 6, 9, for: target) }
        #expect(size?.message == "the image has 9×6 pixels, the model takes 8×8")
        #expect(size?.help.first?.contains("imagenet") == true)
        let small = #expect(throws: BitdepthError.self) { try self.size("crop=8", of: 6, 9, for: target) }
        #expect(small?.message.contains("too small") == true)
        let open = #expect(throws: BitdepthError.self) {
            try self.size("yolo", of: 6, 9, for: ImageTarget(channels: 1))
        }
        #expect(open?.help.first?.contains("--shape") == true)
        let narrow = #expect(throws: BitdepthError.self) {
            try self.size("resize=30000", of: 30000, 1, for: ImageTarget(channels: 1))
        }
        #expect(narrow?.code == .limitExceeded)
        for text in ["imagenet", "inception", "yolo", "resize=32768:1"] {
            let huge = #expect(throws: BitdepthError.self) {
                try self.size(text, of: 6, 9, for: ImageTarget(channels: 1, height: Int.max, width: Int.max))
            }
            #expect(huge?.code == .limitExceeded, "\(text)")
        }
    }
}
