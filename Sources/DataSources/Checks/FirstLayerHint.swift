/// What a model's first layer tells of the data that it was made for. Every part is optional.
public struct FirstLayerHint: Sendable, Hashable {
    /// The channels that the first convolution reads.
    public var channels: Int?
    /// Where that convolution finds them; `nil` to go by the input's shape.
    public var layout: DataLayout?
    /// Whether the model scales pixels of 0 ... 255 itself, so that they must come as they are.
    public var scalesPixels: Bool

    public init(channels: Int? = nil, layout: DataLayout? = nil, scalesPixels: Bool = false) {
        self.channels = channels
        self.layout = layout
        self.scalesPixels = scalesPixels
    }
}
