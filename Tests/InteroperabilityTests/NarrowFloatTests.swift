import Bitdepth
import Testing

/// The floats of at most 8 bits, compared with the package `ml_dtypes`.
@Suite("Floats of at most 8 bits and ml_dtypes")
struct NarrowFloatTests {
    @Test("A dense sweep of FP32 numbers becomes the same patterns, and every pattern stands for the same number")
    func sweep() throws {
        let files = try Files()
        defer { files.remove() }
        try Python.current().run("narrow_floats.py", [files.folder.path])
        let values = try NumPy.read(files.path("values.npy")).floats()
        for type in ElementType.allCases.filter(\.isNarrowFloat) {
            let format = try #require(NarrowFloat(type))
            let floats = try NumPy.read(files.path("\(type.rawValue).floats.npy")).floats()
            for (pattern, expected) in floats.enumerated() {
                let found = format.float(UInt8(pattern))
                #expect(found.isNaN ? expected.isNaN : found == expected, "\(type) \(pattern)")
            }
            let patterns = try NumPy.read(files.path("\(type.rawValue).patterns.npy")).integers()
            let rule = NarrowFloatRule(saturates: false, powerRounding: .nearest)
            let wrong = zip(values, patterns).first { value, expected in
                // Where ml_dtypes rounds up to the smallest number of E8M0, ONNX says NaN.
                if type == .float8e8m0, value.isSubnormal { return false }
                return format.pattern(Double(value), rule: rule) != expected
            }
            #expect(wrong == nil, "\(type): \(wrong.map { "\($0.0) becomes \($0.1)" } ?? "")")
        }
    }
}
