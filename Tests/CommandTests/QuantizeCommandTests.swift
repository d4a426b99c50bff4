import Bitdepth
import Testing

@testable import BitdepthCommand

@Suite("quantize, eval and compare from the command line")
struct QuantizeCommandTests {
    private let command: BuiltCommand
    private let folder: TestFolder

    init() throws {
        command = try BuiltCommand()
        folder = try TestFolder()
        try CommandModels.write(file("m.onnx"))
        try CommandModels.data(file("d.npy"), rows: 200)
    }

    private func file(_ name: String) -> String { folder.path + "/" + name }

    /// Names of files mean those of the folder.
    private func words(_ word: String) -> String {
        [".onnx", ".npy", ".txt", ".tflite"].contains { word.hasSuffix($0) } ? file(word) : word
    }

    private func run(_ line: String) throws -> BuiltCommand.Outcome {
        try command.run(line.split(separator: " ").map { words(String($0)) }, in: folder)
    }

    @Test("A model is quantized, checked on unused samples, and says how it was made")
    func quantize() throws {
        let result = try run("quantize m.onnx --data d.npy --samples 100 -o q.onnx")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("on 100 samples that calibration did not use"))
        #expect(result.output.contains("SQNR") && result.output.contains("whatever the number of samples"))
        #expect(result.output.contains("next: bitdepth eval "))
        #expect(!result.output.contains("\u{1B}") && !result.errors.contains("\u{1B}"))
        let model = try Model(contentsOf: file("q.onnx"))
        #expect(model.isQuantized)
        #expect(model.contents.annotations["bitdepth.samples"] == "100")
        #expect(model.contents.annotations["bitdepth.calibration"] == "minmax")
        #expect(model.contents.annotations["bitdepth.version"] == Version.current)
        #expect(model.contents.annotations[PreprocessingRecipe.metadataKey] == nil)
    }

    @Test("The recipe stands in the file, and eval and compare use it")
    func recipe() throws {
        _ = try run("quantize m.onnx --data d.npy --preprocess scale=2,mean=0.1 -o q.onnx")
        let eval = try run("eval q.onnx --data d.npy --baseline m.onnx --json")
        #expect(eval.status == 0, "\(eval.errors)")
        #expect(eval.output.contains(#""preprocess": "scale=2,mean=0.1""#) && eval.output.contains("bitdepth.eval/1"))
        let compare = try run("compare m.onnx q.onnx --data d.npy --layers all --format csv")
        #expect(compare.status == 0, "\(compare.errors)")
        #expect(compare.output.hasPrefix("layer,operator,sqnr_db,") && compare.output.contains("\nhead,"))
    }

    @Test("The same command writes the same bytes for every number of threads", arguments: ["minmax", "auto"])
    func reproducible(method: String) throws {
        for threads in [1, 2, 5] {
            let result = try run("quantize m.onnx --data d.npy --calib \(method) -j \(threads) -o \(threads).onnx")
            #expect(result.status == 0, "\(result.errors)")
        }
        #expect(try folder.bytes("1.onnx") == folder.bytes("2.onnx"))
        #expect(try folder.bytes("1.onnx") == folder.bytes("5.onnx"))
    }

    @Test(
        "A mistake ends with its status and writes nothing",
        arguments: [
            ("quantize m.onnx -o q.onnx", 64, "--data random"), ("quantize m.onnx --data d.npy", 64, "-o"),
            ("quantize none.onnx --data d.npy -o q.onnx", 66, "none.onnx"),
            ("quantize m.onnx --data none.npy -o q.onnx", 66, "none.npy"),
            ("quantize m.onnx --data d.npy -o none/q.onnx", 73, "none"),
            ("quantize m.onnx --data d.npy -o m.onnx", 73, "--force"),
            ("quantize m.onnx --data d.npy -o q.tflite", 69, ".onnx"),
            ("quantize m.onnx --data d.npy -o q.onnx --opset 12", 69, "--per-tensor"),
            ("quantize m.onnx --data d.npy -o q.onnx --calib minmx", 64, "minmax"),
            ("quantize m.onnx --data d.npy -o q.onnx --scheme int9", 64, "int8"),
            ("quantize m.onnx --data d.npy -o q.onnx --sampels 3", 64, "--samples"),
            ("quantize m.onnx --data d.npy -o q.onnx --keep-float Conv", 64, "op:"),
            ("quantize m.onnx --data d.npy -o q.onnx --preprocess scal=3", 64, "scale"),
            ("quantize m.onnx --data d.npy -o q.onnx --keep-float op:Gemm", 1, "B0401"),
            ("quantize m.onnx --data d.npy -o q.onnx --samples 0", 64, "at least 1"),
            ("quantize m.onnx --data m.onnx -o q.onnx", 69, "m.onnx"),
            ("eval m.onnx --data d.npy --fail-if top1<3%", 64, "--labels"),
            ("eval m.onnx --data d.npy --fail-if sqnr<3", 64, "--baseline"),
            ("compare m.onnx m.onnx --data d.npy --layers best:3", 64, "best:3"),
        ])
    func mistakes(line: String, status: Int32, clue: String) throws {
        let before = folder.names
        let result = try run(line)
        #expect(result.status == status, "\(line): \(result.errors)")
        #expect(result.errors.contains(clue), "\(line): \(result.errors)")
        #expect(folder.names == before)
    }

    @Test("Bad data end with 65: NaN, the wrong width, no rows", arguments: ["nan", "wide", "empty"])
    func badData(kind: String) throws {
        try CommandModels.data(file("nan.npy"), rows: 20) { $0[35] = .nan }
        try CommandModels.data(file("wide.npy"), rows: 20, width: 17)
        try CommandModels.data(file("empty.npy"), rows: 0)
        let result = try run("quantize m.onnx --data \(kind).npy -o q.onnx")
        #expect(result.status == 65, "\(result.errors)")
        #expect(!folder.names.contains("q.onnx"))
        if kind == "nan" { #expect(result.errors.contains("nan.npy[2]"), "\(result.errors)") }
    }

    @Test("A model that collapses is not written; the layers that do it are named, and what helps was tried")
    func collapse() throws {
        try CommandModels.write(file("bad.onnx"), spread: 1e6)
        let result = try run("quantize bad.onnx --data d.npy -o q.onnx")
        #expect(result.status == 1)
        #expect(!folder.names.contains("q.onnx"))
        #expect(result.output.contains("✗"))
        #expect(
            result.errors.contains("B0402") && result.errors.contains("with only head quantized"), "\(result.errors)")
        #expect(result.errors.contains("--keep-float name:head"), "\(result.errors)")
        #expect(!result.errors.contains("\u{1B}"))
        let forced = try run("quantize bad.onnx --data d.npy -o q.onnx --no-gate")
        #expect(forced.status == 0)
        #expect(folder.names.contains("q.onnx") && forced.errors.contains("warning[B0402]"))
        let lenient = try run("quantize bad.onnx --data d.npy -o q2.onnx --min-sqnr=-200 --min-agreement 0")
        #expect(lenient.status == 0, "\(lenient.errors)")
    }

    @Test("Few samples are checked on themselves, with a warning; noise says that it is noise")
    func fewAndRandom() throws {
        try CommandModels.data(file("few.npy"), rows: 8)
        let few = try run("quantize m.onnx --data few.npy -o few.onnx")
        #expect(few.status == 0 && few.errors.contains("too few to hold any back"), "\(few.errors)")
        #expect(few.output.contains("on the 8 samples of calibration itself"))
        let random = try run("quantize m.onnx --data random -o random.onnx")
        #expect(random.status == 0 && random.errors.contains("noise"), "\(random.errors)")
    }

    @Test("A quantized model keeps its quantization and its metadata, and says so")
    func kept() throws {
        _ = try run("quantize m.onnx --data d.npy --samples 50 -o q.onnx")
        let again = try run("quantize q.onnx --data d.npy -o again.onnx")
        #expect(again.status == 0 && again.errors.contains("quantized already"), "\(again.errors)")
        #expect(try folder.bytes("q.onnx") == folder.bytes("again.onnx"))
    }

    @Test(
        "Ports of codes and operators on codes evaluate like the float model",
        arguments: ["--io int8", "--io uint8", "--to onnx-qop"])
    func forms(flags: String) throws {
        #expect(try run("quantize m.onnx --data d.npy -o q.onnx \(flags)").status == 0)
        let result = try run("eval q.onnx --data d.npy --baseline m.onnx --fail-if sqnr<25")
        #expect(result.status == 0, "\(result.output) \(result.errors)")
    }

    @Test("A gate that fails ends with 1 after everything was shown; labels must fit")
    func gates() throws {
        _ = try run("quantize m.onnx --data d.npy -o q.onnx")
        try folder.write(Array((0..<200).map { "\($0 % 4)\n" }.joined().utf8), as: "l.txt")
        try folder.write(Array("1\n2\n".utf8), as: "short.txt")
        let passed = try run("eval q.onnx --data d.npy --labels l.txt --baseline m.onnx --fail-if top1.drop>50%")
        #expect(passed.status == 0 && passed.output.contains("McNemar"), "\(passed.errors)")
        let failed = try run(
            "eval q.onnx --data d.npy --labels l.txt --baseline m.onnx --fail-if top1.drop>-100% --fail-if sqnr<1")
        #expect(failed.status == 1 && failed.output.contains("✗ top1.drop") && failed.output.contains("✓ sqnr"))
        #expect(failed.errors.contains("B0403"))
        let short = try run("eval q.onnx --data d.npy --labels short.txt")
        #expect(short.status == 65 && short.errors.contains("2 labels for 200 samples"), "\(short.errors)")
    }

    @Test("Models with nothing in common say so")
    func strangers() throws {
        let result = try run("compare m.onnx m.onnx --data d.npy")
        #expect(result.status == 0 && result.errors.contains("no quantized layer"), "\(result.errors)")
    }

    @Test("A plan writes nothing")
    func dryRun() throws {
        let before = folder.names
        let result = try run("quantize m.onnx --dry-run")
        #expect(result.status == 0 && result.output.contains("nothing was written"), "\(result.errors)")
        #expect(folder.names == before)
    }

    @Test("Signals leave nothing and end with their status", arguments: [(2, 130), (15, 143)] as [(Int32, Int32)])
    func signals(signal: Int32, status: Int32) throws {
        // Enough samples that the work cannot be done before the signal comes.
        try CommandModels.data(file("many.npy"), rows: 400_000)
        let before = folder.names
        let arguments = [
            "quantize", file("m.onnx"), "--data", file("many.npy"), "--samples", "300000", "-j", "1", "-o",
            file("q.onnx"), "--progress", "json",
        ]
        let running = try command.start(arguments, in: folder)
        #expect(running.waitForErrors())
        running.send(signal)
        let result = running.wait()
        #expect(result.status == status, "\(result.errors)")
        #expect(folder.names == before)
    }
}
