import BitdepthInspection
import Testing

@Suite("Suggestions")
struct TextSuggestionTests {
    private let commands = ["inspect", "quantize", "compare", "eval", "bench", "run", "sys", "schemes", "explain"]

    @Test(
        "A near word is suggested, a far one not",
        arguments: [
            ("quantise", "quantize"), ("quantzie", "quantize"), ("Quantize", "quantize"), ("insepct", "inspect"),
            ("scheme", "schemes"),
            ("evla", "eval"), ("rnu", "run"), ("comp", "compare"), ("frobnicate", nil), ("x", nil), ("", nil),
            ("convert", nil),
        ])
    func nearest(word: String, suggestion: String?) {
        #expect(Suggestion.nearest(to: word, among: commands) == suggestion)
    }

    @Test("A beginning that fits several words suggests none")
    func ambiguous() {
        #expect(Suggestion.nearest(to: "qua", among: ["quantize-a-lot", "quality-of-it"]) == nil)
        #expect(Suggestion.nearest(to: "x", among: []) == nil)
    }

    @Test("The clause is ready to be appended")
    func clause() {
        #expect(Suggestion.clause(for: "quantise", among: commands) == "; did you mean \"quantize\"?")
        #expect(Suggestion.clause(for: "zzzz", among: commands) == "")
    }
}
