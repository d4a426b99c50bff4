import BitdepthTensors
import Testing

@testable import BitdepthCommand

@Suite("Error reports")
struct ErrorReportTests {
    private let error = BitdepthError(
        .unsupportedOperator, "operator has no integer kernel and no float fallback",
        at: .init(file: "detr.onnx", node: "/model/GridSample_3", operatorType: "GridSample"),
        help: ["cut the graph before it"], notes: ["bilinear and nearest are supported"])

    @Test("An error tells what, where and what to do")
    func text() {
        #expect(
            ErrorReport(error: error).text() == """
                error[B0203]: operator has no integer kernel and no float fallback
                  --> detr.onnx  node "/model/GridSample_3" (GridSample)
                   = help: cut the graph before it
                   = note: bilinear and nearest are supported
                """)
    }

    @Test("Places that are known in part show what is known")
    func places() {
        func place(_ place: BitdepthError.Place) -> String {
            ErrorReport(error: BitdepthError(.badData, "x", at: place)).text()
        }
        #expect(place(.init()) == "error[B0301]: x")
        #expect(place(.init(file: "a", offset: 12)) == "error[B0301]: x\n  --> a  byte 12")
        #expect(
            place(.init(operatorType: "Conv", tensor: "t")) == "error[B0301]: x\n  --> operator (Conv)  tensor \"t\"")
        #expect(place(.init(sample: "s.jpg")) == "error[B0301]: x\n  --> sample \"s.jpg\"")
    }

    @Test("Nothing from a file reaches the terminal as a command")
    func hostile() {
        let hostile = BitdepthError(
            .malformedFile, "bad \u{1B}[2J", at: .init(file: "a\nb", node: "\u{9B}31m"), help: ["\u{7}"],
            notes: ["\u{202E}"])
        let text = ErrorReport(error: hostile).text()
        #expect(text.split(separator: "\n").count == 4)
        #expect(!text.unicodeScalars.contains { $0 != "\n" && $0.properties.generalCategory == .control })
        let json = ErrorReport(error: hostile).json.text(indented: false)
        #expect(!json.unicodeScalars.contains { $0.properties.generalCategory == .control })
    }

    @Test("Styles only add escape codes")
    func styles() {
        let styled = ErrorReport(error: error).text { text, style in style.painted(text) }
        #expect(styled.hasPrefix("\u{1B}[1;31merror[B0203]\u{1B}[0m"))
    }

    @Test("Programs get an object with the code and the exit status")
    func json() {
        let text = ErrorReport(error: error).json.text(indented: false)
        #expect(text.hasPrefix(#"{"schema":"bitdepth.error/1","code":"B0203","message":"#))
        #expect(text.contains(#""exit_status":69"#) && text.contains(#""node":"/model/GridSample_3""#))
    }

    @Test("Every exit status of a code is documented")
    func exitStatuses() {
        for code in BitdepthError.Code.all {
            #expect(ExitStatus.meaning(of: code.exitStatus) != "not documented", "\(code.rawValue)")
        }
    }
}
