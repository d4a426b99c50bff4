import BitdepthInspection
import Testing

@Suite("Tables")
struct TextTableTests {
    private func table(_ name: String, _ number: TextTable.Cell = .bytes(13_900_000)) -> TextTable {
        var table = TextTable([.init("model"), .init("size", key: "size_bytes", .right)])
        table.append([.text(name), number])
        return table
    }

    @Test("Columns stand under their titles, numbers to the right")
    func alignment() {
        var table = table("a.onnx")
        table.append([.text("longer.onnx"), .bytes(64_000)])
        #expect(
            table.lines() == [
                "model           size",
                "a.onnx       13.9 MB",
                "longer.onnx  64.0 kB",
            ])
    }

    @Test("A row that is too short is completed, one that is too long cut")
    func raggedRows() {
        var table = TextTable([.init("a"), .init("b")])
        table.append([.text("x")])
        table.append([.text("x"), .text("y"), .text("z")])
        #expect(table.lines() == ["a  b", "x  —", "x  y"])
        #expect(table.csv == "a,b\nx,\nx,y")
    }

    @Test(
        "Wide characters take two columns, combining marks none",
        arguments: [
            ("量化", 4), ("abc", 3), ("e\u{301}", 1), ("🚀", 2), ("ﬀ", 1), ("한글", 4), ("", 0), ("✓️", 2), ("é—…█", 4),
        ])
    func displayWidth(text: String, width: Int) {
        #expect(text.displayWidth == width)
    }

    @Test("Columns stay straight beside wide characters")
    func wideAlignment() {
        var table = table("量化.onnx", .integer(1))
        table.append([.text("ab.onnx"), .integer(2)])
        #expect(table.lines() == ["model      size", "量化.onnx     1", "ab.onnx       2"])
    }

    @Test(
        "A name cannot send escape sequences, break lines or turn the direction of writing",
        arguments: [
            ("\u{1B}[31mred", "\\x1b[31mred"), ("a\nb", "a\\nb"), ("a\r\nb", "a\\r\\nb"), ("tab\there", "tab\\there"),
            ("\u{9B}31m", "\\x9b31m"), ("\u{202E}gpj.exe", "\\u{202e}gpj.exe"), ("nul\0", "nul\\x00"),
            ("\u{7F}", "\\x7f"),
            ("plain é 量", "plain é 量"), ("\u{2028}", "\\u{2028}"),
        ])
    func escapes(hostile: String, shown: String) {
        #expect(hostile.printable == shown)
        let table = table(hostile)
        for format in TableFormat.allCases {
            let text = table.text(as: format, kind: "test")
            let isControl: (Unicode.Scalar) -> Bool = { $0 != "\n" && $0.properties.generalCategory == .control }
            #expect(!text.unicodeScalars.contains(where: isControl), "\(format)")
            #expect(!text.contains("\u{202E}"))
        }
        #expect(table.lines().count == 2)
        #expect(table.lines()[1].hasPrefix(shown))
        #expect(table.csv.split(separator: "\n").count == 2)
        #expect(table.markdown.split(separator: "\n").count == 3)
    }

    @Test("Titles are escaped as well")
    func hostileTitle() {
        #expect(TextTable([.init("a\u{1B}b")]).lines() == ["a\\x1bb"])
    }

    @Test("Where the terminal is narrow, only shrinkable columns are cut, in the middle")
    func shrinking() {
        var table = TextTable([.init("layer", isShrinkable: true), .init("SQNR", .right)])
        table.append([.text("/model/features/features.1/conv/conv.0/Conv"), .decibels(14.2)])
        let lines = table.lines(width: 30)
        #expect(lines.allSatisfy { $0.displayWidth <= 30 })
        #expect(lines[1] == "/model/fea…onv.0/Conv  14.2 dB")
        #expect(table.lines(width: 5)[1].hasSuffix("14.2 dB"))
        #expect("量化量化".truncated(toWidth: 5).displayWidth <= 5)
    }

    @Test(
        "Markdown keeps a pipe, a link and an element inside their cell",
        arguments: [
            ("a|b", "a\\|b"), ("a\\|b", "a\\\\\\|b"), ("[x](http://h)", "\\[x\\](http://h)"), ("<img>", "\\<img>"),
            ("`c`", "\\`c\\`"),
            ("mobilenet_v2.onnx", "mobilenet_v2.onnx"), ("__init__", "\\_\\_init\\_\\_"), ("a&lt;", "a&amp;lt;"),
        ])
    func markdownEscapes(name: String, escaped: String) {
        #expect(table(name).markdown.split(separator: "\n").last?.hasPrefix("| \(escaped) ") == true)
    }

    @Test("Markdown is aligned and states alignment in its rule")
    func markdown() {
        #expect(
            table("a.onnx").markdown == """
                | model  |    size |
                |--------|--------:|
                | a.onnx | 13.9 MB |
                """)
    }

    @Test(
        "CSV quotes what needs it and disarms formulas",
        arguments: [
            ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""), ("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"),
            ("-cmd", "'-cmd"), ("+1", "'+1"), ("=a,b", "\"'=a,b\""), ("", ""),
        ])
    func csvFields(name: String, field: String) {
        #expect(table(name, .integer(-5)).csv == "model,size_bytes\n\(field),-5")
    }

    @Test("Programs get values, not their display")
    func values() {
        var table = TextTable([.init("share"), .init("p50", key: "p50_ms"), .init("sqnr", key: "sqnr_db")])
        table.append([.percent(0.266), .milliseconds(28.125), .decibels(.infinity)])
        #expect(table.csv == "share,p50_ms,sqnr_db\n0.266,28.125,")
        #expect(
            table.text(as: .jsonl, kind: "bench")
                == #"{"schema":"bitdepth.bench/1","share":0.266,"p50_ms":28.125,"sqnr_db":null}"#)
        #expect(table.lines()[1] == "26.6 %  28.1 ms  ∞ dB")
    }

    @Test("An empty table still has its header, and an empty list in JSON")
    func empty() {
        let table = TextTable([.init("model")])
        #expect(table.lines() == ["model"])
        #expect(table.csv == "model")
        #expect(table.markdown == "| model |\n|-------|")
        #expect(table.text(as: .json, kind: "x") == "{\n  \"schema\": \"bitdepth.x/1\",\n  \"rows\": []\n}")
    }

    @Test("Bars keep their percentages in one column")
    func bars() {
        #expect(TextTable.Cell.bar(0.38, width: 12).text == "████▌         38 %")
        #expect(TextTable.Cell.bar(1, width: 12).text == "████████████ 100 %")
        #expect(TextTable.Cell.bar(0, width: 12).text == "               0 %")
    }
}
