/// The order of an image's axes after the batch axis.
public enum DataLayout: String, Sendable, Hashable, CaseIterable {
    case channelsFirst = "nchw"
    case channelsLast = "nhwc"

    /// Extents that a channel axis of an image has.
    static let imageChannels = 1...4

    public var other: DataLayout { self == .channelsFirst ? .channelsLast : .channelsFirst }

    /// The order of axes that turns a tensor of this layout, batch axis included, into one of `target`; `nil` when nothing moves.
    func axes(to target: DataLayout, rank: Int) -> [Int]? {
        guard self != target, rank >= 3 else { return nil }
        return switch target {
        case .channelsFirst: [0, rank - 1] + Array(1..<rank - 1)
        case .channelsLast: [0] + Array(2..<rank) + [1]
        }
    }

    /// The axis of the channels in a tensor with batch axis.
    func channelAxis(rank: Int) -> Int { self == .channelsFirst ? min(1, rank - 1) : rank - 1 }
}
