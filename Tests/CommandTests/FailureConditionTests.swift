import Bitdepth
import Testing

@testable import BitdepthCommand

@Suite("Conditions of --fail-if")
struct FailureConditionTests {
    @Test(
        "Conditions are read whatever their spacing",
        arguments: [
            ("top1.drop > 0.5%", "top1.drop > 0.5%"), ("agreement<99%", "agreement < 99%"),
            ("sqnr <= 20", "sqnr <= 20 dB"),
            ("SQNR<20dB", "sqnr < 20 dB"), (" kl>0.01 ", "kl > 0.01"), ("top5 >= 1e1 %", "top5 >= 10%"),
            ("cosine < .99", "cosine < 0.99"),
            ("top1.drop > -1%", "top1.drop > -1%"),
        ])
    func parsing(text: String, meaning: String) throws {
        #expect(try FailureCondition(parsing: text).description == meaning)
    }

    @Test(
        "What cannot be meant is an error of usage that says why",
        arguments: [
            ("", "no <"), ("top1", "no <"), ("top1 = 3%", "\"=\""), ("top1 =< 3%", "\"=<\""),
            ("topp1 > 3%", "did you mean \"top1\""),
            ("> 3%", "no metric"), ("top1 < 90", "no percent sign"), ("sqnr < x", "\"x\" is no number"),
            ("sqnr < nan", "is no number"),
            ("kl > 1%", "is no number"), ("top1 < %", "is no number"), ("top1 < 1% < 2%", "is no number"),
        ])
    func mistakes(text: String, clue: String) throws {
        let error = #expect(throws: BitdepthError.self) { try FailureCondition(parsing: text) }
        #expect(error?.code == .usage)
        #expect(error?.message.contains(clue) == true, "\(error?.message ?? "")")
        #expect(error?.help.isEmpty == false)
    }

    @Test("A limit is met exactly, and what has no value cannot pass")
    func judging() throws {
        let condition = try FailureCondition(parsing: "top1.drop > 0.5%")
        #expect(!condition.fails(0.5))
        #expect(condition.fails(0.51))
        #expect(!condition.fails(-2))
        #expect(condition.fails(nil))
        #expect(condition.fails(.nan))
        #expect(condition.fails(condition.value(in: EvaluationResult())))
        #expect(try FailureCondition(parsing: "sqnr < 20").fails(.infinity) == false)
    }

    @Test(
        "Percentages need their sign where they could be fractions",
        arguments: [
            ("90%", 0.9), ("90", 0.9), ("0.5%", 0.005), ("0", 0), ("0.9", nil), ("1", nil), ("101%", nil), ("-1%", nil),
            ("x%", nil),
        ]
            as [(String, Double?)])
    func percentages(text: String, fraction: Double?) { #expect(Percentage(argument: text)?.fraction == fraction) }

    @Test(
        "Words are quoted for the shell where they have to be",
        arguments: [
            ("a/b-c.onnx", "a/b-c.onnx"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("$(rm)", "'$(rm)'"), ("", "''"),
        ])
    func shellWords(word: String, quoted: String) { #expect(ShellWord.quoted(word) == quoted) }

    @Test("A name becomes a pattern that matches it alone", arguments: ["/a/b.c", "x(1)[2]*+?", "^$|\\{}"])
    func patterns(name: String) throws {
        let rule = try NodeSelector(parsing: "name:" + ShellWord.literalPattern(name))
        #expect(rule.matches(Node("Conv", name: name, inputs: [], outputs: [])))
        #expect(!rule.matches(Node("Conv", name: name + "x", inputs: [], outputs: [])))
    }
}
