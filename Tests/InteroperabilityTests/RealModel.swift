import Foundation
import Testing

/// The real models that the tests must find, all of them: those of Python packages, and the exports in `models/torch`.
///
/// `Scripts/real_models` knows where each lies and makes its inputs.
enum RealModel {
    static let packaged = [
        "basic-pitch", "rapidocr-detection", "rapidocr-recognition", "rapidocr-angle", "magika", "silero-vad",
        "silero-vad-ifless", "silero-vad-16k",
    ]

    static let light = [
        "light-bvlc-alexnet", "light-densenet121", "light-inception-v1", "light-inception-v2", "light-resnet50",
        "light-shufflenet", "light-squeezenet", "light-vgg19", "light-zfnet512",
    ]

    static let torch = ["encoder", "tagger", "unet", "convnext", "detector"].flatMap { name in
        ["torchscript", "dynamo"].map { "torch-\(name)-\($0)" }
    }

    static let all = packaged + light + torch

    /// Whether the environment asks for these tests, which download models and take minutes.
    static var isAsked: Bool { ProcessInfo.processInfo.environment["BITDEPTH_REAL_MODELS"] == "1" }
}

/// One model's numbers from `scripts/real-models.py --results`.
struct RealModelResult: Decodable {
    var model: String
    /// Goals that it misses, in words; empty when all is well.
    var missed: [String]
    /// Steps that failed, with their messages.
    var failures: [String]

    static let path = ProcessInfo.processInfo.environment["BITDEPTH_REAL_MODELS_RESULTS"]

    static func load(_ path: String) throws -> [String: RealModelResult] {
        let results = try JSONDecoder().decode(
            [RealModelResult].self, from: try Data(contentsOf: URL(fileURLWithPath: path)))
        return Dictionary(results.map { ($0.model, $0) }) { first, _ in first }
    }
}
