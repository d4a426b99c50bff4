import BitdepthTensors

/// What is done to raw data before a model sees them: the size and colours of images, `(x / scale - mean) / std`, and the order
/// of the axes.
///
/// A recipe is a value with one spelling, ``description``, that parses to the same value; models carry it in their metadata under
/// ``metadataKey`` so that evaluation uses what calibration used.
public struct PreprocessingRecipe: Sendable, Hashable {
    /// What becomes of image files before they are arrays; arrays are not touched by it.
    public var image: ImageRecipe
    /// How recordings are brought to the model's rate and cut into samples; arrays are not touched by it.
    public var audio: AudioRecipe
    /// Divides every value, before anything else; `nil` divides by nothing.
    public var scale: Float?
    /// Subtracted after scaling: none, one number, or one for each channel.
    public var mean: [Float]
    /// Divides what remains: none, one number, or one for each channel.
    public var std: [Float]
    /// Where the channels lie in the data; `nil` if as the model wants them.
    public var layout: DataLayout?
    /// A type that values are rounded to before they become the input's type; `nil` for none.
    public var type: ElementType?

    public init(
        image: ImageRecipe = ImageRecipe(), audio: AudioRecipe = AudioRecipe(), scale: Float? = nil,
        mean: [Float] = [], std: [Float] = [], layout: DataLayout? = nil, type: ElementType? = nil
    ) {
        self.image = image
        self.audio = audio
        self.scale = scale
        self.mean = mean
        self.std = std
        self.layout = layout
        self.type = type
    }

    /// Data as they are.
    public static let raw = PreprocessingRecipe()

    /// The key of a model's metadata under which the recipe's description stands.
    public static let metadataKey = "bitdepth.preprocess"

    /// Recipes that have names.
    public static let presets: [(name: String, recipe: PreprocessingRecipe)] = [
        ("raw", .raw),
        (
            "imagenet",
            PreprocessingRecipe(
                image: ImageRecipe(resize: .proportional(side: 256, reference: 224), crop: .input), scale: 255,
                mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])
        ),
        (
            "inception",
            PreprocessingRecipe(
                image: ImageRecipe(resize: .input, crop: .fraction(0.875)), scale: 255, mean: [0.5], std: [0.5])
        ),
        ("yolo", PreprocessingRecipe(image: ImageRecipe(resize: .letterbox(fill: 114)), scale: 255)),
    ]

    public var changesValues: Bool { scale != nil || !mean.isEmpty || !std.isEmpty || type != nil }
}

extension PreprocessingRecipe: CustomStringConvertible {
    /// The canonical spelling: `scale=255,mean=0.286,std=0.353`, or `raw`.
    public var description: String {
        var parts = image.spelling + audio.spelling
        if let scale { parts.append("scale=\(PreprocessingRecipe.text(scale))") }
        if !mean.isEmpty { parts.append("mean=" + mean.map(PreprocessingRecipe.text).joined(separator: ":")) }
        if !std.isEmpty { parts.append("std=" + std.map(PreprocessingRecipe.text).joined(separator: ":")) }
        if let layout { parts.append("layout=\(layout.rawValue)") }
        if let type { parts.append("dtype=\(type.rawValue)") }
        return parts.isEmpty ? "raw" : parts.joined(separator: ",")
    }

    /// The shortest decimal that gives the same FP32 number.
    private static func text(_ value: Float) -> String {
        let text = String(value)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
