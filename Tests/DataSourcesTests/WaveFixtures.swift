/// WAV files as bytes.
enum WaveFixtures {
    /// A file of PCM (`tag` 1) or floats (3), its samples given as bytes.
    static func file(
        _ data: [UInt8], tag: UInt16 = 1, bits: Int = 16, channels: Int = 1, rate: Int = 16000, extra: [UInt8] = []
    ) -> [UInt8] {
        let format = fields(tag, bits, channels, rate)
        return Array("RIFF".utf8) + little(UInt32(4 + 24 + extra.count + 8 + data.count)) + Array("WAVE".utf8)
            + chunk("fmt ", format) + extra + chunk("data", data)
    }

    /// 16-bit PCM of these values, frame by frame.
    static func pcm(_ values: [Int16], channels: Int = 1, rate: Int = 16000) -> [UInt8] {
        file(values.flatMap(little), channels: channels, rate: rate)
    }

    static func chunk(_ name: String, _ data: [UInt8]) -> [UInt8] {
        Array(name.utf8) + little(UInt32(data.count)) + data + (data.count % 2 == 1 ? [0] : [])
    }

    static func fields(_ tag: UInt16, _ bits: Int, _ channels: Int, _ rate: Int) -> [UInt8] {
        let block = channels * bits / 8
        return little(tag) + little(UInt16(channels)) + little(UInt32(rate)) + little(UInt32(rate * block))
            + little(UInt16(block)) + little(UInt16(bits))
    }

    static func little<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }
}
