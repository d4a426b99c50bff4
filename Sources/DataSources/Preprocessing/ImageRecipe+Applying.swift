import BitdepthTensors

extension ImageRecipe {
    /// The image as a model takes it.
    ///
    /// - Throws: ``BitdepthError/Code/badPreprocessing`` when the result does not have the model's size, or the recipe needs that
    ///   and the model leaves it open; ``BitdepthError/Code/limitExceeded``.
    public func apply(to image: Image, for target: ImageTarget) throws(BitdepthError) -> Image {
        let colour = try colour(for: target)
        var image = try image.colours(colour, over: background.isEmpty ? nil : background)
        if case .fraction(let fraction) = crop { image = try image.centre(fraction: fraction) }
        image = try resized(image, target)
        switch crop {
        case .input:
            let (height, width) = try size(of: target)
            image = try cropped(image, height, width)
        case .exactly(let height, let width): image = try cropped(image, height, width)
        case .fraction, nil: break
        }
        try check(image, target)
        return image
    }

    private func colour(for target: ImageTarget) throws(BitdepthError) -> ImageColour {
        let chosen = colour ?? (target.channels == 1 ? .gray : .rgb)
        guard target.channels == nil || target.channels == chosen.channels else {
            throw BitdepthError(
                .badPreprocessing,
                "images have 1 channel (gray) or 3, the recipe gives \(chosen.channels), the model takes \(target.channels ?? 0)",
                help: ["give data of another kind as .npy"])
        }
        return chosen
    }

    private func resized(_ image: Image, _ target: ImageTarget) throws(BitdepthError) -> Image {
        switch resize {
        case nil: return image
        case .input:
            let (height, width) = try size(of: target)
            return try image.resized(height: height, width: width, filter)
        case .exactly(let height, let width): return try image.resized(height: height, width: width, filter)
        case .shorter(let side): return try covering(image, height: side, width: side)
        case .proportional(let side, let reference):
            let (height, width) = try size(of: target)
            return try covering(image, height: height * side / reference, width: width * side / reference)
        case .letterbox(let fill):
            let (height, width) = try size(of: target)
            return try letterboxed(image, height, width, fill)
        }
    }

    /// The smallest size in the image's proportions that covers `height` and `width`; the longer side is rounded down, as in
    /// torchvision's `Resize`.
    private func covering(_ image: Image, height: Int, width: Int) throws(BitdepthError) -> Image {
        let (height, width) = (max(height, 1), max(width, 1))
        try check(height: height, width: width)
        // Products of extents that are at most 2^28 each fit into 64 bits.
        if height * image.width >= width * image.height {
            let wide = Int(Double(height * image.width) / Double(image.height))
            return try image.resized(height: height, width: max(wide, 1), filter)
        }
        let high = Int(Double(width * image.height) / Double(image.width))
        return try image.resized(height: max(high, 1), width: width, filter)
    }

    /// The whole image in the middle of the model's size. Sizes are rounded half to even and odd margins have their larger half
    /// below and to the right, as in Ultralytics' `LetterBox`.
    private func letterboxed(_ image: Image, _ height: Int, _ width: Int, _ fill: UInt8) throws(BitdepthError) -> Image
    {
        let ratio = min(Double(height) / Double(image.height), Double(width) / Double(image.width))
        func scaled(_ extent: Int, atMost most: Int) -> Int {
            min(max(Int((Double(extent) * ratio).rounded(.toNearestOrEven)), 1), most)
        }
        let inner = try image.resized(
            height: scaled(image.height, atMost: height), width: scaled(image.width, atMost: width), filter)
        func margin(_ free: Int) -> Int { free / 2 }
        return try inner.padded(
            top: margin(height - inner.height), left: margin(width - inner.width), height: height, width: width,
            value: fill)
    }

    private func cropped(_ image: Image, _ height: Int, _ width: Int) throws(BitdepthError) -> Image {
        guard image.height >= height, image.width >= width else {
            throw BitdepthError(
                .badPreprocessing, "an image of \(image.size) is too small for a crop of \(width)×\(height)",
                help: ["resize images first: resize=\(max(height, width)),crop=…"])
        }
        return try image.centre(height: height, width: width)
    }

    /// The model's size; where it is open, the side that the recipe was made for.
    private func size(of target: ImageTarget) throws(BitdepthError) -> (height: Int, width: Int) {
        var reference: Int?
        if case .proportional(_, let side) = resize { reference = side }
        guard let height = target.height ?? reference, let width = target.width ?? reference else {
            throw BitdepthError(
                .badPreprocessing, "the recipe brings images to the model's size, which the model leaves open",
                help: ["fix it with --shape INPUT:1x3x640x640, or give a size: resize=240x320"])
        }
        try check(height: height, width: width)
        return (height, width)
    }

    /// A model's file may claim any extents; what is computed from them must not overflow.
    private func check(height: Int, width: Int) throws(BitdepthError) {
        guard height <= Image.mostPixels, width <= Image.mostPixels else {
            throw BitdepthError(
                .limitExceeded,
                "images cannot be brought to \(width)×\(height): the limit is \(Image.mostPixels) pixels")
        }
    }

    private func check(_ image: Image, _ target: ImageTarget) throws(BitdepthError) {
        let fits = (target.height ?? image.height) == image.height && (target.width ?? image.width) == image.width
        guard !fits else { return }
        let wanted = [target.width, target.height].map { $0.map(String.init) ?? "any" }.joined(separator: "×")
        throw BitdepthError(
            .badPreprocessing, "the image has \(image.size) pixels, the model takes \(wanted)",
            help: [
                "say how images are brought to that size: --preprocess imagenet, inception or yolo, or resize=input, crop=input, letterbox=114 in a recipe"
            ])
    }
}
