import BitdepthTensors

/// Pixels of 8 bits, rows from top to bottom.
public struct Image: Sendable {
    /// `uint8`, of shape `[height, width, channels]`; channels are gray, gray and alpha, RGB, or RGB and alpha.
    public private(set) var pixels: Tensor

    /// - Throws: ``BitdepthError/Code/badData`` unless the tensor is `uint8`, of three axes with 1 ... 4 channels, and not empty.
    public init(_ pixels: Tensor) throws(BitdepthError) {
        guard pixels.type == .uint8, pixels.shape.rank == 3, pixels.count > 0, (1...4).contains(pixels.shape[2]) else {
            throw BitdepthError(.badData, "\(pixels) is no image of 8 bits: expected [height, width, 1 ... 4]")
        }
        self.pixels = pixels
    }

    /// An image whose bytes `fill` writes, rows without gaps.
    init(
        height: Int, width: Int, channels: Int,
        fill: (UnsafeMutableRawBufferPointer) throws(BitdepthError) -> Void
    ) throws(BitdepthError) {
        try self.init(try Tensor(shape: Shape([height, width, channels]), type: .uint8, fill: fill))
    }

    public var height: Int { pixels.shape[0] }
    public var width: Int { pixels.shape[1] }
    public var channels: Int { pixels.shape[2] }

    /// A new image of another size, whose bytes `fill` writes, given this one's bytes.
    func mapped(
        height: Int, width: Int, channels: Int,
        _ fill: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) -> Void
    ) throws(BitdepthError) -> Image {
        try pixels.withBytes { source throws(BitdepthError) in
            try Image(height: height, width: width, channels: channels) { target in fill(source, target) }
        }
    }
}
