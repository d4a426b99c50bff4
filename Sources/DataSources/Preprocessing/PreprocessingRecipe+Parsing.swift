import BitdepthTensors

extension PreprocessingRecipe {
    private static let keys = ["scale", "mean", "std", "layout", "dtype"] + ImageRecipe.keys + AudioRecipe.keys

    /// Reads `scale=255,mean=0.485:0.456:0.406,std=…,layout=nhwc,dtype=float16`, a preset's name, or a preset's name followed by
    /// what differs from it. Lists are separated by `:` or `+`.
    ///
    /// For image files: `resize=256` (the shorter side), `resize=256:224` (256 for a model that takes 224), `resize=240x320`
    /// (height and width), `resize=input` (the model's size) or `letterbox=114` (the whole image in the model's size, the margins
    /// 114); `crop=224`, `crop=224x320`, `crop=input` (the middle, after resizing) or `crop=0.875` (a part of each side, before
    /// it); `filter=bilinear`, `color=gray`, `background=255`.
    ///
    /// For recordings: `rate=16000` (Hz), `window=512` and `hop=256` (frames).
    ///
    /// - Throws: ``BitdepthError/Code/badPreprocessing`` naming the part, with the nearest known word.
    public init(parsing text: String) throws(BitdepthError) {
        self = .raw
        var seen: Set<String> = []
        for (position, part) in text.split(separator: ",", omittingEmptySubsequences: false).enumerated() {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
                PreprocessingRecipe.trimmed)
            let key = pair[0]
            guard pair.count == 2 else {
                self = try PreprocessingRecipe.preset(key, isFirst: position == 0, in: text)
                continue
            }
            guard seen.insert(key).inserted else {
                throw PreprocessingRecipe.error("\"\(key)\" is given twice", in: text)
            }
            try set(key, to: pair[1], in: text)
        }
        guard !seen.isSuperset(of: ["resize", "letterbox"]) else {
            throw PreprocessingRecipe.error("\"resize\" and \"letterbox\" exclude each other", in: text)
        }
    }

    private mutating func set(_ key: String, to value: String, in text: String) throws(BitdepthError) {
        switch key {
        case "scale": scale = try PreprocessingRecipe.divisor(value, "scale", in: text)
        case "mean":
            mean = try PreprocessingRecipe.list(value) { item throws(BitdepthError) in
                try PreprocessingRecipe.number(item, "mean", in: text)
            }
        case "std":
            std = try PreprocessingRecipe.list(value) { item throws(BitdepthError) in
                try PreprocessingRecipe.divisor(item, "std", in: text)
            }
        case "layout": layout = try PreprocessingRecipe.word(value, "layout", DataLayout.allCases, in: text)
        case "dtype": type = try PreprocessingRecipe.word(value, "dtype", ElementType.allCases, in: text)
        case _ where ImageRecipe.keys.contains(key):
            guard let expected = image.set(key, to: value) else { return }
            throw PreprocessingRecipe.error("\(key) is \"\(value)\", expected \(expected),", in: text)
        case _ where AudioRecipe.keys.contains(key):
            guard let expected = audio.set(key, to: value) else { return }
            throw PreprocessingRecipe.error("\(key) is \"\(value)\", expected \(expected),", in: text)
        default: throw PreprocessingRecipe.unknown("key", key, PreprocessingRecipe.keys, in: text)
        }
    }

    private static func preset(_ name: String, isFirst: Bool, in text: String) throws(BitdepthError)
        -> PreprocessingRecipe
    {
        guard let preset = presets.first(where: { $0.name == name }) else {
            throw unknown("preset or key", name, presets.map(\.name) + keys, in: text)
        }
        guard isFirst else { throw error("the preset \"\(name)\" must stand first", in: text) }
        return preset.recipe
    }

    private static func word<Word: RawRepresentable>(
        _ value: String, _ key: String, _ words: [Word], in text: String
    ) throws(BitdepthError) -> Word where Word.RawValue == String {
        guard let word = Word(rawValue: value) else { throw unknown(key, value, words.map(\.rawValue), in: text) }
        return word
    }

    private static func divisor(_ item: String, _ key: String, in text: String) throws(BitdepthError) -> Float {
        let number = try number(item, key, in: text)
        guard number > 0, number.isNormal else {
            throw error("\(key) is \"\(item)\", but it divides and must be positive", in: text)
        }
        return number
    }

    private static func number(_ item: String, _ key: String, in text: String) throws(BitdepthError) -> Float {
        guard let number = Float(item), number.isFinite else {
            throw error("\(key) has \"\(item)\", expected a number", in: text)
        }
        return number
    }

    private static func list(
        _ value: String, _ parse: (String) throws(BitdepthError) -> Float
    ) throws(BitdepthError) -> [Float] {
        var items = [""]
        for character in value {
            // The plus sign of an exponent (1e+2) separates nothing.
            let isExponent = character == "+" && items[items.count - 1].last.map { $0 == "e" || $0 == "E" } ?? false
            if character == ":" || character == "+" && !isExponent {
                items.append("")
            } else {
                items[items.count - 1].append(character)
            }
        }
        var numbers: [Float] = []
        for item in items { numbers.append(try parse(trimmed(item))) }
        return numbers
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let rest = text.drop { $0 == " " }
        return String(
            rest.prefix((rest.lastIndex { $0 != " " }).map { rest.distance(from: rest.startIndex, to: $0) + 1 } ?? 0))
    }

    private static func unknown(_ what: String, _ word: String, _ known: [String], in text: String) -> BitdepthError {
        var failure = error("unknown \(what) \"\(word)\"", in: text)
        if let nearest = Spelling.nearest(to: word, among: known) {
            failure.help = ["did you mean \"\(nearest)\"?"] + failure.help
        }
        return failure
    }

    private static func error(_ message: String, in text: String) -> BitdepthError {
        BitdepthError(
            .badPreprocessing, "\(message) in the recipe \"\(text)\"",
            help: [
                "a recipe looks like scale=255,mean=0.485:0.456:0.406,std=0.229:0.224:0.225,layout=nhwc or is one of "
                    + presets.map(\.name).joined(separator: ", ")
            ])
    }
}
