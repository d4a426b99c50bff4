/// How numbers are shown to people, each with its unit. Not a number shows as "—"; machine formats carry the numbers themselves.
public enum NumberText {
    /// What stands where there is no value.
    public static let missing = "—"

    /// `value` with `places` digits after the point, halves rounded away from zero; never "-0.0".
    public static func fixed(_ value: Double, places: Int) -> String {
        guard let decimal = DecimalDigits(value) else { return notFinite(value) }
        return decimal.rounded(toDigits: decimal.exponent + places).fixed(places: places)
    }

    /// `value` with `digits` significant digits: 0.9963, 12.35, all of 123456; 1.235e-05 below 0.0001.
    public static func significant(_ value: Double, digits: Int = 4) -> String {
        guard let exact = DecimalDigits(value) else { return notFinite(value) }
        if exact.digits.isEmpty { return "0" }
        guard (-3...6).contains(exact.exponent) else { return exact.rounded(toDigits: digits).scientific }
        let decimal = exact.rounded(toDigits: max(digits, exact.exponent))
        return decimal.fixed(places: max(0, digits - decimal.exponent))
    }

    /// A size in decimal units: 999 B, 64.0 kB, 13.9 MB, 287 MB.
    public static func bytes(_ count: Int) -> String {
        let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"]
        var (value, unit) = (Double(count), 0)
        // From 999.5 on it would show as 1000 of the smaller unit.
        while value.magnitude >= 999.5, unit + 1 < units.count { (value, unit) = (value / 1000, unit + 1) }
        return fixed(value, places: unit > 0 && value.magnitude < 99.95 ? 1 : 0) + " " + units[unit]
    }

    /// A count with three significant digits: 54, 1.30 k, 3.50 M, 287 M.
    public static func count(_ count: Int) -> String {
        let units = ["", " k", " M", " G", " T", " P", " E"]
        var (value, unit) = (Double(count), 0)
        while value.magnitude >= 999.5, unit + 1 < units.count { (value, unit) = (value / 1000, unit + 1) }
        return (unit == 0 ? String(count) : fixed(value, places: places(value))) + units[unit]
    }

    /// A latency: 0.123 ms, 9.60 ms, 28.1 ms, 312 ms.
    public static func milliseconds(_ value: Double) -> String {
        value.isFinite ? fixed(value, places: value.magnitude < 0.9995 ? 3 : places(value)) + " ms" : notFinite(value)
    }

    /// A time to wait for: 12 ms, 3.1 s, 2 min 05 s, 1 h 02 min.
    public static func duration(seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return notFinite(seconds) }
        if seconds < 0.9995 { return fixed(seconds * 1000, places: 0) + " ms" }
        if seconds < 59.95 { return fixed(seconds, places: 1) + " s" }
        let whole = Int(seconds.rounded())
        return whole < 3600
            ? "\(whole / 60) min \(twoDigits(whole % 60)) s" : "\(whole / 3600) h \(twoDigits(whole % 3600 / 60)) min"
    }

    /// A fraction as percent, 0.266 as "26.6 %". What is not quite all or nothing never shows as 100.0 or 0.0.
    public static func percent(_ fraction: Double) -> String {
        let value = fraction * 100
        guard value.isFinite else { return notFinite(value) }
        if value >= 99.95, value < 100 { return value < 99.999 ? fixed(value, places: 3) + " %" : "> 99.999 %" }
        if value > 0, value < 0.05 { return value >= 0.001 ? fixed(value, places: 3) + " %" : "< 0.001 %" }
        return fixed(value, places: 1) + " %"
    }

    /// A ratio in decibels; "∞ dB" where there was no noise at all.
    public static func decibels(_ value: Double) -> String {
        value.isNaN ? missing : value.isInfinite ? notFinite(value) + " dB" : fixed(value, places: 1) + " dB"
    }

    private static func places(_ value: Double) -> Int {
        value.magnitude < 9.995 ? 2 : value.magnitude < 99.95 ? 1 : 0
    }

    private static func twoDigits(_ value: Int) -> String { (value < 10 ? "0" : "") + String(value) }

    private static func notFinite(_ value: Double) -> String {
        value == .infinity ? "∞" : value == -.infinity ? "-∞" : missing
    }
}
