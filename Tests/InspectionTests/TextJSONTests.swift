import BitdepthInspection
import Testing

@Suite("JSON as text")
struct TextJSONTests {
    @Test("A document names its schema first and keeps the order of its members")
    func document() {
        let value = JSONValue.document(
            "compare", ["zeta": 1, "alpha": ["x", nil, true], "empty": [:], "inner": ["deep": 0.5]])
        #expect(
            value.text() == """
                {
                  "schema": "bitdepth.compare/1",
                  "zeta": 1,
                  "alpha": ["x", null, true],
                  "empty": {},
                  "inner": {
                    "deep": 0.5
                  }
                }
                """)
        #expect(
            value.text(indented: false)
                == #"{"schema":"bitdepth.compare/1","zeta":1,"alpha":["x",null,true],"empty":{},"inner":{"deep":0.5}}"#)
    }

    @Test(
        "Strings are escaped so that neither a parser nor a terminal is hurt",
        arguments: [
            ("say \"hi\"", #""say \"hi\"""#), ("a\\b", #""a\\b""#), ("\n\r\t", #""\n\r\t""#),
            ("\u{1B}[0m", #""\u001b[0m""#),
            ("\u{9B}", #""\u009b""#), ("\u{2028}", #""\u2028""#), ("量", "\"量\""), ("\r\n", #""\r\n""#),
            ("\0", #""\u0000""#),
        ])
    func strings(text: String, written: String) {
        #expect(JSONValue.string(text).text() == written)
        #expect(JSONValue.object([.init(text, 1)]).text(indented: false) == "{\(written):1}")
    }

    @Test(
        "Numbers are shortest and finite",
        arguments: [
            (1.0, "1"), (0.1, "0.1"), (1e-7, "1e-07"), (1e22, "1e+22"), (.nan, "null"), (-.infinity, "null"),
            (-0.0, "-0"),
            (.leastNonzeroMagnitude, "5e-324"),
        ])
    func numbers(value: Double, written: String) { #expect(JSONValue.number(value).text() == written) }

    @Test("A list of objects is indented, a list of numbers stays in one line")
    func lists() {
        #expect(JSONValue.array([["a": 1]]).text() == "[\n  {\n    \"a\": 1\n  }\n]")
        #expect(JSONValue.array([1, 2]).text() == "[1, 2]")
    }
}
