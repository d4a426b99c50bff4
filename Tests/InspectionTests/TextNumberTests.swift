import BitdepthInspection
import Testing

@Suite("Numbers as text")
struct TextNumberTests {
    @Test(
        "Sizes are decimal and never show 1000 of a unit",
        arguments: [
            (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (13_900_000, "13.9 MB"), (64_000, "64.0 kB"),
            (999_499, "999 kB"),
            (999_500, "1.0 MB"), (99_949, "99.9 kB"), (99_950, "100 kB"), (287_100_000, "287 MB"),
            (-3_700_000, "-3.7 MB"),
            (Int.max, "9.2 EB"), (Int.min, "-9.2 EB"),
        ])
    func bytes(count: Int, text: String) { #expect(NumberText.bytes(count) == text) }

    @Test(
        "Counts have three significant digits",
        arguments: [
            (0, "0"), (54, "54"), (999, "999"), (1000, "1.00 k"), (3_504_872, "3.50 M"), (287_100_000, "287 M"),
            (9_995, "10.0 k"),
            (999_999, "1.00 M"), (-1_300, "-1.30 k"),
        ])
    func counts(count: Int, text: String) { #expect(NumberText.count(count) == text) }

    @Test(
        "Latencies keep three digits",
        arguments: [
            (0.0, "0.000 ms"), (0.1234, "0.123 ms"), (0.9996, "1.00 ms"), (9.6, "9.60 ms"), (28.13, "28.1 ms"),
            (312.4, "312 ms"),
            (99.96, "100 ms"), (.nan, "—"), (.infinity, "∞"),
        ])
    func milliseconds(value: Double, text: String) { #expect(NumberText.milliseconds(value) == text) }

    @Test(
        "Times to wait read like a clock",
        arguments: [
            (0.0, "0 ms"), (0.012, "12 ms"), (0.9999, "1.0 s"), (3.14, "3.1 s"), (59.96, "1 min 00 s"),
            (125.0, "2 min 05 s"),
            (3_599.6, "1 h 00 min"), (3_720.0, "1 h 02 min"), (-1.0, "—"), (.infinity, "∞"),
        ])
    func durations(seconds: Double, text: String) { #expect(NumberText.duration(seconds: seconds) == text) }

    @Test(
        "Percentages never round to all or nothing",
        arguments: [
            (0.266, "26.6 %"), (0.0, "0.0 %"), (1.0, "100.0 %"), (0.9999, "99.990 %"), (0.99999999, "> 99.999 %"),
            (0.0001, "0.010 %"),
            (0.0000001, "< 0.001 %"), (1.5, "150.0 %"), (-0.1, "-10.0 %"), (.nan, "—"), (0.9995, "99.950 %"),
        ])
    func percents(fraction: Double, text: String) { #expect(NumberText.percent(fraction) == text) }

    @Test("Decibels", arguments: [(21.44, "21.4 dB"), (-0.04, "0.0 dB"), (.infinity, "∞ dB"), (.nan, "—")])
    func decibels(value: Double, text: String) { #expect(NumberText.decibels(value) == text) }

    @Test(
        "Fixed places round halves of the shortest decimal away from zero",
        arguments: [
            (2.675, 2, "2.68"), (-2.675, 2, "-2.68"), (0.5, 0, "1"), (9.995, 2, "10.00"), (0.004, 2, "0.00"),
            (-0.004, 2, "0.00"),
            (1e21, 0, "1000000000000000000000"), (1234.5678, 1, "1234.6"), (1e-300, 3, "0.000"), (0.05, 1, "0.1"),
            (99.99, 1, "100.0"),
            (.leastNonzeroMagnitude, 0, "0"), (0.0999, 3, "0.100"),
        ])
    func fixed(value: Double, places: Int, text: String) { #expect(NumberText.fixed(value, places: places) == text) }

    @Test(
        "Small floats keep four digits and turn scientific at the ends",
        arguments: [
            (0.99634, "0.9963"), (0.012345, "0.01235"), (0.00012345, "0.0001235"), (0.000012345, "1.235e-05"),
            (12.3456, "12.35"),
            (123456.0, "123456"), (1234567.0, "1.235e+06"), (0.0, "0"), (-0.5, "-0.5000"), (0.99996, "1.000"),
            (1e-300, "1e-300"), (12_345_678.0, "1.235e+07"),
            (.nan, "—"), (-.infinity, "-∞"),
        ])
    func significant(value: Double, text: String) { #expect(NumberText.significant(value) == text) }

    @Test(
        "Bars grow by eighths and are clamped",
        arguments: [
            (0.0, ""), (1.0, "████"), (2.0, "████"), (0.5, "██"), (0.03125, "▏"), (0.0001, "▏"), (0.8, "███▎"),
            (.nan, ""), (-1.0, ""),
            (.infinity, "████"),
        ])
    func bars(fraction: Double, bar: String) { #expect(NumberText.bar(fraction, width: 4) == bar) }
}
