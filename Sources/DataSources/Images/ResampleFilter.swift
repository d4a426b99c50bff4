#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The kernel that new pixels are weighted sums by. Where an image shrinks, it is widened by the same ratio (antialiasing).
public enum ResampleFilter: String, Sendable, Hashable, CaseIterable {
    case box, bilinear, hamming, bicubic, lanczos

    /// How far from its centre the kernel reaches, in pixels of the larger image.
    var support: Double {
        switch self {
        case .box: 0.5
        case .bilinear, .hamming: 1
        case .bicubic: 2
        case .lanczos: 3
        }
    }

    /// The kernel at a distance from its centre.
    ///
    /// - Source: Keys 1981 with a = -0.5 (bicubic); Duchon 1979 with three lobes (lanczos); a sinc in a Hamming window (hamming).
    func weight(_ distance: Double) -> Double {
        let x = abs(distance)
        guard x < support || self == .box else { return 0 }
        switch self {
        case .box: return distance > -0.5 && distance <= 0.5 ? 1 : 0
        case .bilinear: return 1 - x
        case .hamming: return x == 0 ? 1 : sin(x * .pi) / (x * .pi) * (0.54 + 0.46 * cos(x * .pi))
        case .bicubic:
            let a = -0.5
            return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : (((x - 5) * x + 8) * x - 4) * a
        case .lanczos: return ResampleFilter.sinc(distance) * ResampleFilter.sinc(distance / 3)
        }
    }

    private static func sinc(_ x: Double) -> Double { x == 0 ? 1 : sin(x * .pi) / (x * .pi) }
}
