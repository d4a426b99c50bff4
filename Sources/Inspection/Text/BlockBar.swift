extension NumberText {
    /// A bar of `fraction` (0 … 1, clamped) of `width` columns, in steps of an eighth: "███▌". Something is never nothing.
    public static func bar(_ fraction: Double, width: Int) -> String {
        guard fraction > 0, width > 0 else { return "" }
        let eighths = max(1, Int((min(fraction, 1) * Double(width) * 8).rounded()))
        let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        return String(repeating: "█", count: eighths / 8) + rest
    }
}
