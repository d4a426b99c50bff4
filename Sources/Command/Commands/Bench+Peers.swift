import Bitdepth

/// A model in another engine, with the inputs that this engine gets.
final class BenchPeerSubject: BenchContender {
    var result: BenchResult
    private let peer: Peer

    /// Loads the model there and compares its answer with ours.
    ///
    /// - Throws: ``BitdepthError/Code/missingPeer`` where the engine is missing or fails, or has other outputs.
    init(_ engine: PeerEngine, like own: BenchSubject) throws {
        peer = try Peer(engine, model: own.path, inputs: own.orderedInputs, threads: own.result.threads)
        let start = try peer.load()
        let agreement = try BenchPeerSubject.agreement(try own.answer(), try peer.answer(), peer)
        result = own.result
        result.times = []
        (result.load, result.compile, result.first) = (start.load, 0, start.first)
        result.peer = BenchPeer(
            engine: "\(engine.rawValue) \(start.version)", grownBytes: start.grownBytes, agreement: agreement)
    }

    func times(_ count: Int) throws -> [Double] { try peer.times(count) }

    /// In dB; infinite where all values are equal.
    private static func agreement(_ own: [[Float]], _ other: [[Float]], _ peer: Peer) throws -> Double? {
        guard own.map(\.count) == other.map(\.count) else {
            throw BitdepthError(
                .missingPeer,
                "\(peer.engine.rawValue) answers with \(other.map { String($0.count) }.joined(separator: ", ")) values, this engine with \(own.map { String($0.count) }.joined(separator: ", "))",
                at: .init(file: peer.file))
        }
        var ratio = SignalToQuantizationNoise()
        for (own, other) in zip(own, other) {
            own.withUnsafeBufferPointer { own in
                other.withUnsafeBufferPointer { ratio.accumulate(reference: own, $0) }
            }
        }
        return ratio.decibels
    }
}
