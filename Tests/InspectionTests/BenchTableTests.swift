import Testing

@testable import BitdepthInspection
@testable import BitdepthRuntime

@Suite("Benchmarks as tables")
struct BenchTableTests {
    private func result(_ model: String, quantized: Bool = false, threads: Int = 1, milliseconds: [Double])
        -> BenchResult
    {
        BenchResult(
            model: model, isQuantized: quantized, threads: threads, batch: 2, times: milliseconds.map { $0 / 1000 },
            load: 0.5,
            compile: 0.25, first: 0.125, constantBytes: 700, arenaBytes: 300, multiplyAccumulates: 10,
            integerMultiplyAccumulates: quantized ? 10 : 0, floatSteps: 0)
    }

    @Test(
        "Percentiles are by nearest rank: no run was invented",
        arguments: [(0.5, 50.0), (0.99, 99), (1, 100), (0, 1), (0.001, 1)])
    func percentiles(share: Double, milliseconds: Double) {
        let result = result("a", milliseconds: (1...100).reversed().map(Double.init))
        #expect(abs(result.percentile(share) - milliseconds) < 1e-9)
    }

    @Test("Throughput counts samples over the time of all runs")
    func throughput() {
        // Four runs of two samples in 10 ms.
        #expect(abs(result("a", milliseconds: [1, 2, 3, 4]).throughput - 800) < 1e-9)
    }

    @Test("Ratios compare with the first model at as many threads")
    func speedup() {
        let table = BenchTable([
            result("a", milliseconds: [8]), result("b", quantized: true, milliseconds: [2]),
            result("a", threads: 2, milliseconds: [6]), result("b", quantized: true, threads: 2, milliseconds: [4]),
        ])
        #expect(table.results.map { table.speedup($0) } == [1, 4, 1, 1.5])
        #expect(table.table.lines()[2].hasSuffix("4.00×"))
    }

    @Test("Models are shown by their files' names where these differ, by their paths else")
    func names() {
        func shown(_ paths: [String]) -> [String] {
            BenchTable(paths.map { result($0, milliseconds: [1]) }).table.rows.map { $0[0].text }
        }
        #expect(shown(["a/x.onnx", "b/y.int8.onnx"]) == ["x", "y.int8"])
        #expect(shown(["a/x.onnx", "b/x.onnx"]) == ["a/x.onnx", "b/x.onnx"])
    }

    @Test("A peer has its engine, the memory it took and its agreement; ratios compare with this engine's first model")
    func peers() throws {
        var peer = result("a", milliseconds: [4])
        peer.peer = BenchPeer(engine: "ort 1.0", grownBytes: 5000, agreement: 31.5)
        let table = BenchTable([result("a", milliseconds: [2]), peer])
        #expect(table.results.map { table.speedup($0) } == [1, 0.5])
        #expect(table.table.columns.map(\.key).contains("engine"))
        let cells = try #require(table.table.rows.last).map(\.text)
        #expect(cells.contains("ort 1.0") && cells.contains("31.5 dB") && peer.peakBytes == 5000)
        #expect(table.startTable.rows.last.map { $0.count { $0.text == "—" } } == 3)
        #expect(!BenchTable([result("a", milliseconds: [2])]).table.columns.contains { $0.key == "engine" })
    }

    @Test("What all rows share is said once")
    func shared() {
        let one = BenchTable([result("a", milliseconds: [1]), result("b", milliseconds: [1])])
        #expect(one.setting == ["1 thread", "batch 2"])
        #expect(!one.tables.steady.columns.contains { $0.key == "threads" || $0.key == "batch" })
        let two = BenchTable([result("a", milliseconds: [1]), result("a", threads: 2, milliseconds: [1])])
        #expect(two.setting == ["batch 2"])
        #expect(two.tables.start.columns.contains { $0.key == "threads" })
    }

    @Test("One model has no ratio column")
    func alone() {
        #expect(!BenchTable([result("a", milliseconds: [1])]).table.columns.contains { $0.key == "speedup" })
    }

    @Test("JSON has exactly the promised keys, and more")
    func json() {
        let text = BenchTable([result("a", milliseconds: [1, 3])]).json.text(indented: false)
        for part in [
            "\"model\":\"a\"", "\"threads\":1", "\"batch\":2", "\"p50_ms\":1", "\"p99_ms\":3", "\"peak_bytes\":1000",
            "\"load_ms\":500", "\"compile_ms\":250", "\"first_run_ms\":125", "\"runs\":2",
        ] {
            #expect(text.contains(part + ",") || text.contains(part + "}"), "\(part)")
        }
    }

    @Test("An INT8 model that is not faster than its float partner is found")
    func slow() {
        let table = BenchTable([
            result("float", milliseconds: [2]), result("fast", quantized: true, milliseconds: [1]),
            result("slow", quantized: true, milliseconds: [2]),
        ])
        #expect(table.slowQuantized.map(\.quantized.model) == ["slow"])
        #expect(table.slowQuantized.map(\.float.model) == ["float"])
    }

    private func entry(_ node: String, _ arithmetic: StepDescription.Arithmetic, _ seconds: Double, macs: Int = 0)
        -> ProfileTable.Entry
    {
        .init(
            step: StepDescription(
                node: node, operatorType: "Op", fused: ["r"], arithmetic: arithmetic, multiplyAccumulates: macs,
                kernel: "k avx2"),
            seconds: seconds, reason: arithmetic == .float ? "it is \(node)" : nil)
    }

    @Test("A profile is grouped, sums up to the whole, and shows the slowest step first")
    func profile() {
        let profile = ProfileTable(
            isQuantized: true,
            entries: [
                entry("a", .integer, 0.002, macs: 4_000_000), entry("b", .float, 0.006), entry("c", .conversion, 0.001),
                entry("d", .integer, 0.001),
            ], runs: 5)
        #expect(abs(profile.seconds - 0.010) < 1e-12)
        #expect(
            profile.summary == [
                "10.00 ms in all", "int8 kernels 3.00 ms (30.0 %)", "float islands 6.00 ms (60.0 %)",
                "quantize/dequantize 1.00 ms (10.0 %)",
            ])
        let lines = profile.table(limit: 2).lines()
        #expect(lines.count == 3)
        #expect(lines[1].hasPrefix("b ") && lines[2].hasPrefix("a "))
        #expect(lines[2].hasSuffix("4.00 M    2.00"))
        #expect(profile.islands.map(\.step.node) == ["b"])
        #expect(profile.islandTable.lines()[1].hasSuffix("it is b"))
    }

    @Test("A step's rate is compared with the limit of its arithmetic")
    func limits() {
        let entries = [
            entry("a", .integer, 0.001, macs: 40_000_000), entry("b", .float, 0.001, macs: 10_000_000),
            entry("c", .float, 0.001),
        ]
        let profile = ProfileTable(
            isQuantized: true, entries: entries, runs: 1, limit: MachineLimit(integer: 80e9, float: 40e9))
        #expect(entries.map { profile.share(of: $0) } == [0.5, 0.25, nil])
        #expect(profile.table().lines()[1].hasSuffix("50.0 %"))
    }

    @Test("A float model has float kernels and no islands")
    func floatProfile() {
        let profile = ProfileTable(isQuantized: false, entries: [entry("a", .float, 0.0001)], runs: 5)
        #expect(!profile.table().columns.contains { $0.key == "share_of_limit" })
        #expect(profile.islands.isEmpty)
        #expect(profile.summary == ["100.0 µs in all", "float kernels 100.0 µs (100.0 %)"])
    }
}
