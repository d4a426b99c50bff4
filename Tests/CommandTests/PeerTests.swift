import Bitdepth
import FoundationEssentials
import Testing

@testable import BitdepthCommand

@Suite("Engines of others, timed by bench --against")
struct PeerTests {
    private static let model = RepositoryFile.path("models/mixed-net.onnx")
    private static let images = RepositoryFile.path("Tests/Fixtures/mixed-net/images.npy")

    @Test("Peers are named in a list, each once; an unknown one is refused")
    func list() {
        #expect(PeerList(argument: "ort,litert,ort")?.engines == [.ort, .litert])
        #expect(PeerList(argument: "ort,tvm") == nil && PeerList(argument: "") == nil)
    }

    @Test("LiteRT reads the file of its own format beside the ONNX file")
    func files() {
        #expect(PeerEngine.litert.file(for: "a/net.int8.onnx") == "a/net.int8.tflite")
        #expect(PeerEngine.openvino.file(for: "a/net.onnx") == "a/net.onnx")
    }

    @Test("A child answers line by line, and bytes that follow a line are not lost")
    func child() throws {
        let child = try #require(ChildProcess("sh", ["-c", "read word; printf 'got %s\\n1234rest\\n' \"$word\""]))
        try Array("this\n".utf8).withUnsafeBytes { bytes in try child.write(bytes) }
        #expect(try child.line {} == "got this")
        #expect(try child.bytes(4) {} == Array("1234".utf8))
        #expect(try child.line {} == "rest")
        #expect(throws: ChildProcess.Ended.self) { try child.line {} }
    }

    @Test("A program that does not exist is no child; one that is silent can be given up")
    func noChild() throws {
        #expect(ChildProcess("/nowhere/python", []) == nil)
        struct GivenUp: Error {}
        let silent = try #require(ChildProcess("sleep", ["60"]))
        #expect(throws: GivenUp.self) { try silent.line { throw GivenUp() } }
    }

    @Test("ONNX Runtime computes what this engine computes, and says its times")
    func runtime() throws {
        _ = try #require(ProcessInfo.processInfo.environment["BITDEPTH_PYTHON"], "run the tests by `make test`")
        let model = try Model(contentsOf: Self.model)
        let input = try NumPy.read(Self.images).converted(to: .float32)
        let peer = try Peer(.ort, model: Self.model, inputs: [("image", input)], threads: 1)
        let start = try peer.load()
        #expect(start.version.hasPrefix("1.") && start.load > 0 && start.first > 0)
        #expect(try peer.times(3).count == 3)
        let expected = try #require(try model.compiled(threads: 1).makeSession().run(["image": input]).values.first)
        let answer = try peer.answer()
        #expect(answer.count == 1)
        let largest = zip(try expected.floats(), answer[0]).map { abs($0 - $1) }.max()
        #expect(try #require(largest) < 1e-4)
    }

    @Test("A model that the peer cannot read is its failure, with its own words")
    func failure() throws {
        _ = try #require(ProcessInfo.processInfo.environment["BITDEPTH_PYTHON"], "run the tests by `make test`")
        let folder = try TestFolder()
        let path = folder.path + "/none.onnx"
        let peer = try Peer(.ort, model: path, inputs: [], threads: 1)
        let error = #expect(throws: BitdepthError.self) { try peer.load() }
        #expect(error?.code == .missingPeer && error?.message.contains("none.onnx") == true)
    }

    @Test("bench --against without the peer's package fails with what to install, and exits as unsupported")
    func missing() throws {
        let (command, folder) = (try BuiltCommand(), try TestFolder())
        let outcome = try command.run(["bench", Self.model, "--runs", "1", "--against", "litert"], in: folder)
        #expect(outcome.status == 69 && outcome.output == "", "\(outcome.errors)")
        #expect(outcome.errors.contains("B0501") && outcome.errors.contains("BITDEPTH_PYTHON"), "\(outcome.errors)")
    }

    @Test(
        "A turn takes a twentieth of a second, ends with the runs that are wanted, and warms up unless runs are long",
        arguments: [(0.01, 100, 5, false), (0.01, 3, 3, false), (0.2, 100, 1, true), (0, 100, 1, false)])
    func turns(last: Double, left: Int, count: Int, isWarm: Bool) {
        let turn = BenchTurn(last: last, left: left, isAlone: false)
        #expect(turn.count == count && turn.isWarmedUp == isWarm)
        #expect(BenchTurn(last: last, left: left, isAlone: true).isWarmedUp)
    }

    @Test("bench feeds the arrays that --input names, whatever the shapes, and profiles against the machine's limit")
    func inputs() throws {
        let (command, folder) = (try BuiltCommand(), try TestFolder())
        try NumPy.write(
            try Tensor([Float](repeating: 0.5, count: 3 * 3072), shape: [3, 3, 32, 32]), to: folder.path + "/x.npy")
        let outcome = try command.run(
            ["bench", Self.model, "--input", folder.path + "/x.npy", "--runs", "2", "--json", "--profile"], in: folder)
        #expect(outcome.status == 0 && outcome.output.contains("\"batch\": 3"), "\(outcome.errors)")
        #expect(
            outcome.output.contains("\"float_gmac_per_second\": ") && outcome.output.contains("\"share_of_limit\": 0."))
        let both = try command.run(["bench", Self.model, "--input", "x.npy", "--batch", "2"], in: folder)
        #expect(both.status == 64, "\(both.errors)")
    }
}
