import BitdepthTensors

/// How a model takes sound: how many channels, in which order of axes, and how many frames where that is fixed.
struct AudioTarget: Sendable, Hashable {
    var channels: Int
    /// `nil` for any number.
    var frames: Int?
    /// Whether a frame's channels lie beside each other: `[N, frames, channels]`.
    var isInterleaved: Bool

    /// Extents that an axis of channels has.
    private static let channelCounts = 1...8

    /// Of three axes the second or the last, if it is short, is that of the channels; else the sound is mono and the last axis
    /// counts frames.
    init(_ input: InputSpecification) {
        let extents = input.shape.dimensions?.map(\.value) ?? []
        channels = 1
        frames = extents.last ?? nil
        isInterleaved = false
        guard extents.count == 3 else { return }
        if let count = extents[1], AudioTarget.channelCounts.contains(count) {
            channels = count
        } else if let count = extents[2], AudioTarget.channelCounts.contains(count) {
            (channels, frames, isInterleaved) = (count, extents[1], true)
        }
    }

    /// The channels as one tensor with a batch axis.
    func tensor(_ sound: [[Double]]) throws(BitdepthError) -> Tensor {
        let frames = sound.first?.count ?? 0
        guard sound.count > 1 else {
            return try Tensor((sound.first ?? []).map { Float($0) }, shape: [1, frames])
        }
        if isInterleaved {
            let values = (0..<frames).flatMap { frame in sound.map { Float($0[frame]) } }
            return try Tensor(values, shape: [1, frames, sound.count])
        }
        return try Tensor(sound.flatMap { $0.map { Float($0) } }, shape: [1, sound.count, frames])
    }
}
