/// How the pixels of image files become those of a model's input: colours and size. Arrays come in the input's size already.
///
/// The order is: colours, crop of a fraction, resizing, crop to a size.
public struct ImageRecipe: Sendable, Hashable {
    /// To what size an image is resized, and whether it keeps its proportions; `nil` for its own size.
    public var resize: Resize?
    /// Which part in the middle is taken; `nil` for all.
    public var crop: Crop?
    public var filter: ResampleFilter
    /// `nil` for gray where the model takes one channel, RGB else.
    public var colour: ImageColour?
    /// What shows behind transparent pixels, one number or one each for R, G and B; empty drops alpha.
    public var background: [UInt8]

    public init(
        resize: Resize? = nil, crop: Crop? = nil, filter: ResampleFilter = .bilinear, colour: ImageColour? = nil,
        background: [UInt8] = ImageRecipe.white
    ) {
        self.resize = resize
        self.crop = crop
        self.filter = filter
        self.colour = colour
        self.background = background
    }

    public static let white: [UInt8] = [255]

    /// A size that images are brought to.
    public enum Resize: Sendable, Hashable {
        /// The model's size, whatever becomes of the proportions.
        case input
        /// The shorter side has so many pixels, the longer one follows.
        case shorter(Int)
        /// The image just covers the model's size grown by `side : reference`, so `256:224` is 256 for a model that takes 224.
        case proportional(side: Int, reference: Int)
        case exactly(height: Int, width: Int)
        /// The whole image fits the model's size, the rest of which has this value.
        case letterbox(fill: UInt8)
    }

    /// A part in the middle of an image.
    public enum Crop: Sendable, Hashable {
        /// The model's size, after resizing.
        case input
        /// So many rows and columns, after resizing.
        case exactly(height: Int, width: Int)
        /// This part of each side, 0 < … ≤ 1, before resizing.
        case fraction(Double)
    }

    /// Sides that a recipe may ask for, in pixels.
    static let sides = 1...(1 << 15)
}

extension ImageRecipe {
    /// The parts of a recipe's canonical spelling, in order; none for a recipe that says nothing.
    var spelling: [String] {
        var parts: [String] = []
        switch resize {
        case nil: break
        case .input: parts.append("resize=input")
        case .shorter(let side): parts.append("resize=\(side)")
        case .proportional(let side, let reference): parts.append("resize=\(side):\(reference)")
        case .exactly(let height, let width): parts.append("resize=\(height)x\(width)")
        case .letterbox(let fill): parts.append("letterbox=\(fill)")
        }
        switch crop {
        case nil: break
        case .input: parts.append("crop=input")
        case .exactly(let height, let width):
            parts.append("crop=" + (height == width ? "\(height)" : "\(height)x\(width)"))
        case .fraction(let fraction): parts.append("crop=\(fraction)")
        }
        if filter != .bilinear { parts.append("filter=\(filter.rawValue)") }
        if let colour { parts.append("color=\(colour.rawValue)") }
        if background != ImageRecipe.white {
            parts.append(
                "background=" + (background.isEmpty ? "none" : background.map { "\($0)" }.joined(separator: ":")))
        }
        return parts
    }
}
