import BitdepthTensors

extension ImageRecipe {
    static let keys = ["resize", "crop", "letterbox", "filter", "color", "background"]

    /// Sets the part that `key`, one of ``keys``, names.
    ///
    /// - Returns: What was expected, where `value` is not that.
    mutating func set(_ key: String, to value: String) -> String? {
        switch key {
        case "resize":
            guard let resize = Resize(parsing: value) else {
                return
                    "a side (256), a side and the model's side that it goes with (256:224), height x width (240x320), or input"
            }
            self.resize = resize
        case "letterbox":
            guard let fill = UInt8(value) else { return "the value of the margins, 0 ... 255" }
            resize = .letterbox(fill: fill)
        case "crop":
            guard let crop = Crop(parsing: value) else {
                return "a side (224), height x width (224x320), a fraction with a point (0.875), or input"
            }
            self.crop = crop
        case "background":
            guard let background = ImageRecipe.background(value) else {
                return "one number or three, 0 ... 255, or none"
            }
            self.background = background
        case "filter":
            guard let filter = ResampleFilter(rawValue: value) else {
                return ResampleFilter.allCases.map(\.rawValue).joined(separator: ", ")
            }
            self.filter = filter
        default:
            guard let colour = ImageColour(rawValue: value) else {
                return ImageColour.allCases.map(\.rawValue).joined(separator: ", ")
            }
            self.colour = colour
        }
        return nil
    }

    private static func background(_ value: String) -> [UInt8]? {
        if value == "none" { return [] }
        let parts = value.split(separator: ":", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { UInt8($0) }
        guard numbers.count == parts.count, numbers.count == 1 || numbers.count == 3 else { return nil }
        return Set(numbers).count == 1 ? [numbers[0]] : numbers
    }

    /// `240x320`: height and width.
    fileprivate static func extents(_ value: String) -> (height: Int, width: Int)? {
        let sides = value.split(separator: "x", omittingEmptySubsequences: false).map { side(String($0)) }
        guard sides.count == 2, let height = sides[0], let width = sides[1] else { return nil }
        return (height, width)
    }

    fileprivate static func side(_ value: String) -> Int? { Int(value).flatMap { sides.contains($0) ? $0 : nil } }
}

extension ImageRecipe.Resize {
    fileprivate init?(parsing value: String) {
        let ratio = value.split(separator: ":", omittingEmptySubsequences: false).map { ImageRecipe.side(String($0)) }
        if value == "input" {
            self = .input
        } else if let side = ImageRecipe.side(value) {
            self = .shorter(side)
        } else if let extents = ImageRecipe.extents(value) {
            self = .exactly(height: extents.height, width: extents.width)
        } else if ratio.count == 2, let side = ratio[0], let reference = ratio[1] {
            self = .proportional(side: side, reference: reference)
        } else {
            return nil
        }
    }
}

extension ImageRecipe.Crop {
    fileprivate init?(parsing value: String) {
        if value == "input" {
            self = .input
        } else if let side = ImageRecipe.side(value) {
            self = .exactly(height: side, width: side)
        } else if let extents = ImageRecipe.extents(value) {
            self = .exactly(height: extents.height, width: extents.width)
        } else if value.contains("."), let fraction = Double(value), fraction > 0, fraction <= 1 {
            self = .fraction(fraction)
        } else {
            return nil
        }
    }
}
