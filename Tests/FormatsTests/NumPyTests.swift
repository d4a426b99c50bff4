import BitdepthTensors
import Testing

@testable import BitdepthFormats

@Suite("NumPy files")
struct NumPyTests {
    private func read(_ bytes: [UInt8]) throws(BitdepthError) -> Tensor {
        try NumPy.read(ByteSource(bytes, path: "a.npy"))
    }

    @Test("What numpy.save wrote is read: rows, scalars, vectors, empty arrays, halves, truth values")
    func reading() throws {
        #expect(try read(NumPyFiles.float32) == Tensor([0, 0.25, 0.5, 0.75, 1, 1.25] as [Float], shape: [2, 3]))
        #expect(try read(NumPyFiles.scalar) == Tensor(scalar: 0.1))
        #expect(try read(NumPyFiles.vector) == Tensor([-1, 300] as [Int16]))
        #expect(try read(NumPyFiles.empty) == Tensor([] as [UInt8], shape: [0, 3]))
        #expect(try read(NumPyFiles.half).floats() == [0.5, -65504])
        #expect(try read(NumPyFiles.half).type == .float16)
        #expect(try read(NumPyFiles.truth) == Tensor([true, false]))
    }

    @Test("Versions 2 and 3 of the format are read")
    func versions() throws {
        #expect(try read(NumPyFiles.version2) == Tensor([1.5] as [Float]))
        #expect(try read(NumPyFiles.version3) == Tensor([1.5] as [Float]))
    }

    @Test("Big-endian elements are turned, Fortran order is transposed")
    func conversion() throws {
        #expect(try read(NumPyFiles.bigEndian) == Tensor([1, -2, 70000] as [Int32]))
        #expect(try read(NumPyFiles.fortran) == Tensor((0..<24).map { Int64($0) }, shape: [2, 3, 4]))
    }

    @Test("A row-major little-endian array stays in its file until it is used")
    func laziness() throws {
        let folder = try TemporaryFolder()
        let tensor = try NumPy.read(try folder.write(NumPyFiles.float32, as: "a.npy"))
        #expect(tensor.region?.count == 24)
        #expect(tensor.region?.offset == 128)
        #expect(try tensor.floats() == [0, 0.25, 0.5, 0.75, 1, 1.25])
    }

    @Test("A written file is byte for byte what numpy.save writes")
    func writing() throws {
        let folder = try TemporaryFolder()
        for (index, bytes) in [
            NumPyFiles.float32, NumPyFiles.scalar, NumPyFiles.vector, NumPyFiles.empty, NumPyFiles.half,
            NumPyFiles.truth,
        ].enumerated() {
            try NumPy.write(try read(bytes), to: folder.file("\(index).npy"))
            #expect(try folder.read("\(index).npy") == bytes)
        }
    }

    @Test("An existing file is replaced only by force")
    func overwriting() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write([1], as: "a.npy")
        let error = #expect(throws: BitdepthError.self) { try NumPy.write(try Tensor([1] as [Float]), to: path) }
        #expect(error?.code == .fileExists)
        try NumPy.write(try Tensor([1] as [Float]), to: path, force: true)
        #expect(try NumPy.read(path) == Tensor([1] as [Float]))
    }

    @Test(
        "Every type but bf16, narrow floats and the packed ones survives a round trip", arguments: ElementType.allCases)
    func roundTrip(type: ElementType) throws {
        let folder = try TemporaryFolder()
        let tensor = try Tensor(shape: Shape([3, 2]), type: type) { bytes in
            for index in bytes.indices { bytes[index] = UInt8(type == .bool ? index % 2 : index * 37 % 256) }
        }
        if type == .bfloat16 || type.isNarrowFloat || type.isPacked {
            let error = #expect(throws: BitdepthError.self) { try NumPy.write(tensor, to: folder.file("a.npy")) }
            #expect(error?.code == .unsupportedFormat)
        } else {
            try NumPy.write(tensor, to: folder.file("a.npy"))
            #expect(try NumPy.read(folder.file("a.npy")) == tensor)
        }
    }

    @Test("Records, text and unknown types are unsupported, not malformed")
    func unsupported() {
        for bytes in [NumPyFiles.records, NumPyFiles.text] {
            let error = #expect(throws: BitdepthError.self) { try read(bytes) }
            #expect(error?.code == .unsupportedFormat)
        }
    }

    @Test("Every cut of a file is an error")
    func truncation() {
        for cut in NumPyFiles.float32.indices {
            let error = #expect(throws: BitdepthError.self, "cut at \(cut)") {
                try read(Array(NumPyFiles.float32[..<cut]))
            }
            #expect(error?.code.exitStatus == 65)
        }
    }

    private func file(_ header: String, data: [UInt8] = []) -> [UInt8] {
        NumPyHeader.magic + [1, 0, UInt8(header.utf8.count), 0] + Array(header.utf8) + data
    }

    @Test(
        "Headers that lie or are no headers are refused",
        arguments: [
            (
                "{'descr': '<f4', 'fortran_order': False, 'shape': (1152921504606846976,), }",
                BitdepthError.Code.limitExceeded
            ),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", .malformedFile),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", .limitExceeded),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", .truncatedFile),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (0,), }", .malformedFile),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", .malformedFile),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (1), }", .malformedFile),
            ("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", .malformedFile),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'x': True}", .malformedFile),
            ("{'descr': '<f4', 'fortran_order': False}", .malformedFile),
            ("{'descr': '|f4', 'fortran_order': False, 'shape': (1,), }", .malformedFile),
            ("{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }", .unsupportedFormat),
            ("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), } x", .malformedFile),
            ("", .truncatedFile),
            ("{", .truncatedFile),
        ])
    func badHeaders(header: String, code: BitdepthError.Code) {
        let error = #expect(throws: BitdepthError.self) { try read(file(header, data: [0, 0, 0, 0])) }
        if header.count > 1 { #expect(error?.code == code) } else { #expect(error?.code.exitStatus == 65) }
    }

    @Test("Python 2's long extents are understood")
    func longExtents() throws {
        #expect(
            try read(file("{'descr': '<f4', 'fortran_order': False, 'shape': (1L,), }", data: [0, 0, 128, 63]))
                == Tensor([1] as [Float]))
    }

    @Test("A Boolean array may hold 0 and 1 only")
    func truthBytes() {
        #expect(throws: BitdepthError.self) {
            try read(file("{'descr': '|b1', 'fortran_order': False, 'shape': (1,), }", data: [2]))
        }
    }

    @Test("Transposing three axes moves each element where it belongs")
    func transposition() throws {
        let tensor = try Tensor((0..<24).map { UInt16($0) }, shape: [2, 3, 4])
        let turned = try tensor.transposed([2, 0, 1])
        #expect(turned.shape.dimensions == [4, 2, 3])
        let expected: [UInt16] = (0..<4).flatMap { (k: Int) in
            (0..<2).flatMap { (i: Int) in (0..<3).map { (j: Int) in UInt16(i * 12 + j * 4 + k) } }
        }
        #expect(try turned.array(of: UInt16.self) == expected)
        #expect(try turned.transposed([1, 2, 0]) == tensor)
        #expect(throws: BitdepthError.self) { try tensor.transposed([0, 0, 1]) }
    }
}
