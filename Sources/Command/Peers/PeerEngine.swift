import ArgumentParser
import BitdepthInspection
import BitdepthTensors

/// An engine of others that a model can be timed with.
enum PeerEngine: String, CaseIterable {
    case ort, openvino, litert

    /// What `pip install` calls it.
    var package: String {
        switch self {
        case .ort: "onnxruntime"
        case .openvino: "openvino"
        case .litert: "ai-edge-litert"
        }
    }

    /// The file that it reads in place of an ONNX file: LiteRT has a format of its own, and the file beside it of the same
    /// name is taken.
    func file(for model: String) -> String {
        guard self == .litert else { return model }
        return (model.hasSuffix(".onnx") ? String(model.dropLast(5)) : model) + ".tflite"
    }
}

/// The value of `--against ort,openvino`: engines, each once.
struct PeerList: ExpressibleByArgument, Equatable {
    var engines: [PeerEngine]

    init?(argument: String) {
        var seen: Set<String> = []
        let names = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        engines = names.filter { seen.insert($0).inserted }.compactMap { PeerEngine(rawValue: $0) }
        guard engines.count == seen.count else { return nil }
    }

    static var allValueStrings: [String] { PeerEngine.allCases.map(\.rawValue) }
}
