#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The C library's functions over Double, gathered here so that operators import no platform module.
enum RealFunctions {
    static func cos(_ x: Double) -> Double { platformCos(x) }
    static func exp(_ x: Double) -> Double { platformExp(x) }
    static func expm1(_ x: Double) -> Double { platformExpm1(x) }
    static func log(_ x: Double) -> Double { platformLog(x) }
    static func log1p(_ x: Double) -> Double { platformLog1p(x) }
    static func sin(_ x: Double) -> Double { platformSin(x) }
    static func tanh(_ x: Double) -> Double { platformTanh(x) }
    static func pow(_ x: Double, _ y: Double) -> Double { platformPow(x, y) }
}

// Inside the enumeration these names would mean its own members.
private func platformCos(_ x: Double) -> Double { cos(x) }
private func platformExp(_ x: Double) -> Double { exp(x) }
private func platformExpm1(_ x: Double) -> Double { expm1(x) }
private func platformLog(_ x: Double) -> Double { log(x) }
private func platformLog1p(_ x: Double) -> Double { log1p(x) }
private func platformSin(_ x: Double) -> Double { sin(x) }
private func platformTanh(_ x: Double) -> Double { tanh(x) }
private func platformPow(_ x: Double, _ y: Double) -> Double { pow(x, y) }
