import ArgumentParser

/// The value of `--threads 1,2` or `--batch 1,8`: positive numbers, each once.
struct CountList: ExpressibleByArgument, Equatable {
    var counts: [Int]

    init(_ counts: [Int]) { self.counts = counts }

    init?(argument: String) {
        var seen: Set<Int> = []
        let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        counts = parts.compactMap { $0 }.filter { seen.insert($0).inserted }
        guard !parts.isEmpty, parts.allSatisfy({ $0.map { 1...65536 ~= $0 } ?? false }) else { return nil }
    }

    var defaultValueDescription: String { counts.map(String.init).joined(separator: ",") }
}

/// The value of `--min-time`: `2s`, `500ms`, `1min`, or seconds.
struct DurationArgument: ExpressibleByArgument, Equatable {
    var seconds: Double

    init(seconds: Double) { self.seconds = seconds }

    init?(argument: String) {
        let units: [(suffix: String, seconds: Double)] = [("ms", 0.001), ("min", 60), ("s", 1), ("", 1)]
        guard let unit = units.first(where: { argument.hasSuffix($0.suffix) }),
            let number = Double(argument.dropLast(unit.suffix.count)),
            number >= 0, number * unit.seconds <= 86_400
        else { return nil }
        seconds = number * unit.seconds
    }

    var defaultValueDescription: String { "\(Int(seconds * 1000)) ms" }
}
