import BitdepthTensors
import CBitdepthSystem

/// Inflates raw deflate streams (RFC 1951): by zlib where the package was built with it, else by ``InflateDecoder``.
public enum Inflate {
    /// How one stream ended.
    public struct Outcome: Sendable, Equatable {
        public var ending: Ending
        /// Bytes of the input that belong to the stream.
        public var consumed: Int
        public var produced: Int
    }

    public enum Ending: Sendable, Equatable {
        case complete
        /// The stream holds more than the output has room for.
        case outputFull
        case truncated
        case malformed
        case outOfMemory
    }

    /// No deflate stream is longer than this many times its compressed form (RFC 1951: 258 bytes by two bits).
    public static let largestRatio = 1032

    /// Whether zlib does the work.
    public static var usesZlib: Bool { bd_zlib_available() != 0 }

    /// Inflates the stream that begins `input` into `output`, never more than fits.
    public static func run(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Outcome {
        guard usesZlib else { return InflateDecoder.run(input, into: output) }
        var consumed = 0
        var produced = 0
        let status = bd_inflate_raw(
            input.baseAddress, input.count, output.baseAddress, output.count, &consumed, &produced)
        let ending: Ending =
            switch Int(status) {
            case BD_ZLIB_DONE: .complete
            case BD_ZLIB_OUTPUT_FULL: .outputFull
            case BD_ZLIB_TRUNCATED: .truncated
            case BD_ZLIB_NO_MEMORY: .outOfMemory
            default: .malformed
            }
        return Outcome(ending: ending, consumed: consumed, produced: produced)
    }

    /// Inflates a stream that must fill exactly `count` bytes and use up all of `input`.
    ///
    /// - Parameter input: A vector of type `uint8`.
    /// - Returns: A vector of type `uint8`.
    /// - Throws: ``BitdepthError/Code/limitExceeded`` when `count` is more than the input can hold, before it is allocated.
    public static func exactly(_ count: Int, from input: Tensor, path: String) throws(BitdepthError) -> Tensor {
        let place = BitdepthError.Place(file: path)
        guard count / largestRatio <= input.byteCount else {
            throw BitdepthError(
                .limitExceeded, "\(input.byteCount) compressed bytes cannot hold the \(count) bytes that are announced",
                at: place)
        }
        return try input.withBytes { source throws(BitdepthError) in
            try Tensor(shape: Shape.vector(count), type: .uint8) { output throws(BitdepthError) in
                let outcome = run(source, into: output)
                try outcome.check(at: place, announced: count)
                guard outcome.produced == count, outcome.consumed == source.count else {
                    throw BitdepthError(
                        .malformedFile,
                        "\(outcome.consumed) of \(source.count) compressed bytes inflate to \(outcome.produced), \(count) are announced",
                        at: place)
                }
            }
        }
    }
}

extension Inflate.Outcome {
    /// Throws what the ending means; a full output means that more than `announced` bytes are coming.
    func check(at place: BitdepthError.Place, announced: Int) throws(BitdepthError) {
        switch ending {
        case .complete: return
        case .outputFull:
            throw BitdepthError(
                .malformedFile, "compressed data hold more than the \(announced) bytes announced", at: place)
        case .truncated: throw BitdepthError(.truncatedFile, "compressed data end in the middle", at: place)
        case .malformed:
            throw BitdepthError(.malformedFile, "compressed data are damaged after \(produced) good bytes", at: place)
        case .outOfMemory: throw BitdepthError(.outOfMemory, "no memory for decompressing", at: place)
        }
    }
}
