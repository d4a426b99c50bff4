import Testing

@testable import BitdepthCommand

@Suite("Colour")
struct ColorChoiceTests {
    struct Case: Sendable, CustomStringConvertible {
        var choice = ColorChoice.automatic
        var environment: [String: String] = [:]
        var isTerminal: Bool
        var colors: Bool

        var description: String { "\(choice) \(environment) terminal: \(isTerminal)" }
    }

    @Test(
        "Flag, NO_COLOR, CLICOLOR_FORCE or FORCE_COLOR, TERM=dumb and the terminal decide in this order",
        arguments: [
            Case(isTerminal: true, colors: true),
            Case(isTerminal: false, colors: false),
            Case(choice: .always, environment: ["NO_COLOR": "1", "TERM": "dumb"], isTerminal: false, colors: true),
            Case(choice: .never, environment: ["CLICOLOR_FORCE": "1"], isTerminal: true, colors: false),
            Case(environment: ["NO_COLOR": "1"], isTerminal: true, colors: false),
            Case(environment: ["NO_COLOR": "0"], isTerminal: true, colors: false),
            Case(environment: ["NO_COLOR": ""], isTerminal: true, colors: true),
            Case(environment: ["NO_COLOR": "1", "CLICOLOR_FORCE": "1"], isTerminal: true, colors: false),
            Case(environment: ["CLICOLOR_FORCE": "1"], isTerminal: false, colors: true),
            Case(environment: ["FORCE_COLOR": "1", "TERM": "dumb"], isTerminal: false, colors: true),
            Case(environment: ["CLICOLOR_FORCE": "0"], isTerminal: false, colors: false),
            Case(environment: ["CLICOLOR_FORCE": "0"], isTerminal: true, colors: true),
            Case(environment: ["FORCE_COLOR": ""], isTerminal: false, colors: false),
            Case(environment: ["TERM": "dumb"], isTerminal: true, colors: false),
            Case(environment: ["TERM": "xterm"], isTerminal: true, colors: true),
        ])
    func decision(_ expected: Case) {
        #expect(
            expected.choice.allowsColor(isTerminal: expected.isTerminal, environment: expected.environment)
                == expected.colors)
    }
}
