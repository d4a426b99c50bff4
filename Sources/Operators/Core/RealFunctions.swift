#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The C library's functions over Double, gathered here so that operators import no platform module.
enum RealFunctions {
    static func exp(_ x: Double) -> Double { platformExp(x) }
    static func log(_ x: Double) -> Double { platformLog(x) }
    static func tanh(_ x: Double) -> Double { platformTanh(x) }
    static func pow(_ x: Double, _ y: Double) -> Double { platformPow(x, y) }
}

// Inside the enumeration these names would mean its own members.
private func platformExp(_ x: Double) -> Double { exp(x) }
private func platformLog(_ x: Double) -> Double { log(x) }
private func platformTanh(_ x: Double) -> Double { tanh(x) }
private func platformPow(_ x: Double, _ y: Double) -> Double { pow(x, y) }
