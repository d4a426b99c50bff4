import BitdepthInspection
import BitdepthTensors

/// An error as people and programs read it.
struct ErrorReport {
    var error: BitdepthError
    /// Left out for mistakes on the command line, which explain themselves.
    var showsCode = true

    /// Lines in the manner of a compiler: what, where, then help and notes.
    func text(styled: (String, Style) -> String = { text, _ in text }) -> String {
        let title = "error" + (showsCode ? "[\(error.code.rawValue)]" : "")
        var lines = [styled(title, .error) + styled(": " + error.message.printable, .bold)]
        if let place { lines.append("  " + styled("-->", .arrow) + " " + place) }
        lines += error.help.map { "   = " + styled("help:", .help) + " " + $0.printable }
        lines += error.notes.map { "   = " + styled("note:", .help) + " " + $0.printable }
        return lines.joined(separator: "\n")
    }

    /// `detr.onnx  node "/model/GridSample_3" (GridSample)`
    private var place: String? {
        let place = error.place
        var node = place.node.map { "node \"\($0)\"" }
        if let type = place.operatorType { node = (node.map { $0 + " " } ?? "operator ") + "(\(type))" }
        let parts = [
            place.file, place.offset.map { "byte \($0)" }, node, place.tensor.map { "tensor \"\($0)\"" },
            place.sample.map { "sample \"\($0)\"" },
        ].compactMap { $0?.printable }
        return parts.isEmpty ? nil : parts.joined(separator: "  ")
    }

    var json: JSONValue {
        .document(
            "error",
            [
                "code": .string(error.code.rawValue), "message": .string(error.message),
                "exit_status": .integer(Int(error.code.exitStatus)),
                "place": [
                    "file": .optional(error.place.file),
                    "offset": .optional(error.place.offset.flatMap { Int(exactly: $0) }),
                    "node": .optional(error.place.node), "operator": .optional(error.place.operatorType),
                    "tensor": .optional(error.place.tensor), "sample": .optional(error.place.sample),
                ],
                "help": .strings(error.help), "notes": .strings(error.notes),
            ])
    }
}
