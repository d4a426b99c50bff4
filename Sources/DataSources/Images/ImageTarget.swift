import BitdepthTensors

/// The image that a model's input takes. What is `nil` may be anything.
public struct ImageTarget: Sendable, Hashable {
    public var channels: Int?
    public var height: Int?
    public var width: Int?

    public init(channels: Int? = nil, height: Int? = nil, width: Int? = nil) {
        self.channels = channels
        self.height = height
        self.width = width
    }

    /// What `input` asks for: its extents behind the batch axis. Of an input that has not four axes nothing is known; images fit
    /// it if their numbers of pixels do.
    init(_ input: InputSpecification) {
        guard let extents = input.shape.dimensions?.map(\.value), extents.count == 4 else {
            self.init()
            return
        }
        switch input.layout {
        case .channelsFirst: self.init(channels: extents[1], height: extents[2], width: extents[3])
        case .channelsLast: self.init(channels: extents[3], height: extents[1], width: extents[2])
        }
    }
}
