import SystemPackage
import Testing

@testable import BitdepthTensors

@Suite("Tensors") struct TensorTests {
    @Test("4-bit elements lie two to a byte, the low nibble first, the last high nibble 0", arguments: 1...67)
    func packing(count: Int) throws {
        let signed = (0..<count).map { ($0 * 5) % 16 - 8 }
        let unsigned = (0..<count).map { ($0 * 7) % 16 }
        for (values, type) in [(signed, ElementType.int4), (unsigned, .uint4)] {
            let tensor = try Tensor(integers: values, shape: .vector(count), type: type)
            #expect(try tensor.integers() == values)
            let bytes = try tensor.withBytes { Array($0) }
            #expect(bytes.count == (count + 1) / 2)
            #expect(Int(bytes[0] & 15) == values[0] & 15)
            if count > 1 { #expect(Int(bytes[0] >> 4) == values[1] & 15) }
            if count % 2 == 1 { #expect(bytes[count / 2] >> 4 == 0) }
            #expect(try tensor.floats() == values.map(Float.init))
        }
    }

    @Test(
        "Integers that do not fit are refused",
        arguments: [
            (ElementType.int2, 2), (.int2, -3), (.uint2, 4), (.int4, 8), (.int4, -9), (.uint4, 16), (.int8, 128),
            (.uint8, -1), (.uint8, 256),
            (.int16, 40_000), (.uint32, -1), (.uint64, -1),
        ])
    func refused(type: ElementType, value: Int) {
        let error = #expect(throws: BitdepthError.self) { try Tensor(integers: [value], shape: .scalar, type: type) }
        #expect(error?.code == .valueOutOfRange)
    }

    @Test("Both ends of every integer type come back", arguments: ElementType.allCases.filter(\.isInteger))
    func ends(type: ElementType) throws {
        let range = try #require(type.integerRange)
        let values = [range.lowerBound, range.upperBound, 0, 1]
        #expect(try Tensor(integers: values, shape: .vector(4), type: type).integers() == values)
    }

    @Test("The wrong number of elements is refused for every way to make a tensor", arguments: ElementType.allCases)
    func wrongCount(type: ElementType) throws {
        let shape = try Shape([2, 2])
        #expect(throws: BitdepthError.self) {
            _ =
                type.isFloatingPoint
                ? try Tensor(floats: [1, 2, 3], shape: shape, type: type)
                : try Tensor(integers: [1, 0, 1], shape: shape, type: type)
        }
    }

    @Test(
        "A cast truncates floats toward zero, wraps integers, rounds to half even and makes truth of what is not zero")
    func casts() throws {
        let floats = try Tensor([1.9, -1.9, 0, 300.5] as [Float])
        #expect(try floats.converted(to: .int32).integers() == [1, -1, 0, 300])
        #expect(try floats.converted(to: .uint8).integers() == [1, 255, 0, 44])
        #expect(try floats.converted(to: .int4).integers() == [1, -1, 0, -4])
        #expect(try floats.converted(to: .bool).integers() == [1, 1, 0, 1])
        #expect(try Tensor([Int32(511), -1, 128]).converted(to: .int8).integers() == [-1, -1, -128])
        #expect(try Tensor([UInt64.max, 1 << 63 + 200]).converted(to: .int8).integers() == [-1, -56])
        #expect(try Tensor([UInt64(1) << 63]).converted(to: .float32).floats() == [9_223_372_036_854_775_808])
        #expect(try Tensor([Float(1e19)]).converted(to: .uint64).array(of: UInt64.self) == [9_999_999_980_506_447_872])
        #expect(try Tensor([Int64(1) << 53 + 1]).converted(to: .float64).doubles() == [9_007_199_254_740_992])
        #expect(try Tensor([2049.0, 2051] as [Double]).converted(to: .float16).floats() == [2048, 2052])
        #expect(try Tensor([UInt8(0), 7]).converted(to: .bool).array(of: Bool.self) == [false, true])
        #expect(try Tensor([true, false]).converted(to: .float32).floats() == [1, 0])
        #expect(try floats.converted(to: .float32) == floats)
    }

    @Test("A float that no integer holds cannot be cast", arguments: [Float.nan, .infinity, 1e19, -1e19])
    func badCasts(value: Float) throws {
        let tensor = try Tensor([value])
        #expect((#expect(throws: BitdepthError.self) { try tensor.converted(to: .int64) })?.code == .valueOutOfRange)
    }

    @Test("Reading as another type is an error")
    func types() throws {
        let tensor = try Tensor([1, 2] as [Float])
        #expect((#expect(throws: BitdepthError.self) { try tensor.array(of: Int32.self) })?.code == .typeMismatch)
        #expect((#expect(throws: BitdepthError.self) { try tensor.integers() })?.code == .typeMismatch)
        #expect(
            (#expect(throws: BitdepthError.self) { try Tensor(integers: [1], shape: .scalar, type: .float32) })?.code
                == .typeMismatch)
        #expect((#expect(throws: BitdepthError.self) { try Tensor([UInt64.max]).integers() })?.code == .valueOutOfRange)
    }

    @Test("Changing a copy leaves the original alone; changing a sole owner copies nothing")
    func copyOnWrite() throws {
        let original = try Tensor([1, 2, 3] as [Float])
        var copy = original
        try copy.withMutableElements(of: Float.self) { $0[0] = 9 }
        #expect(try original.floats() == [1, 2, 3])
        #expect(try copy.floats() == [9, 2, 3])
        let before = try copy.withBytes { UInt(bitPattern: $0.baseAddress) }
        try copy.withMutableElements(of: Float.self) { $0[1] = 8 }
        #expect(try copy.withBytes { UInt(bitPattern: $0.baseAddress) } == before)
        let shaped = try copy.reshaped(to: Shape([3, 1]))
        try copy.withMutableElements(of: Float.self) { $0[2] = 7 }
        #expect(try shaped.floats() == [9, 8, 3])
    }

    @Test("Reshaping keeps the elements and their number")
    func reshaping() throws {
        let tensor = try Tensor([1, 2, 3, 4, 5, 6] as [Int32])
        #expect(try tensor.reshaped(to: Shape([2, 3])).shape.dimensions == [2, 3])
        #expect((#expect(throws: BitdepthError.self) { try tensor.reshaped(to: Shape([4])) })?.code == .shapeMismatch)
    }

    @Test("Empty tensors and scalars are tensors")
    func degenerate() throws {
        let empty = try Tensor([Float](), shape: [2, 0, 3])
        #expect(empty.count == 0 && empty.byteCount == 0)
        #expect(try empty.floats() == [])
        #expect(try empty.converted(to: .int4).integers() == [])
        #expect(try Tensor(scalar: Int8(-5)).integers() == [-5])
        #expect(try Tensor(zeros: Shape([3]), type: .uint4).integers() == [0, 0, 0])
    }

    @Test("Tensors are equal when type, shape and bytes are")
    func equality() throws {
        let tensor = try Tensor([1, 2] as [Float])
        #expect(try tensor == Tensor([1, 2] as [Float]))
        #expect(try tensor != Tensor([1, 3] as [Float]))
        #expect(try tensor != tensor.reshaped(to: Shape([2, 1])))
        #expect(try tensor != tensor.converted(to: .float64))
    }
}

@Suite("Tensors that lie in a file") struct FileRegionTests {
    /// A file with the bytes 0 … 255, already unlinked.
    private func file(_ count: Int = 256) throws -> OpenFile {
        let path = FilePath("/tmp/bitdepth-region-\(UInt64.random(in: .min ... .max))")
        let descriptor = try FileDescriptor.open(
            path, .readWrite, options: [.create, .exclusiveCreate], permissions: [.ownerReadWrite])
        _ = try descriptor.writeAll((0..<count).map { UInt8(truncatingIfNeeded: $0) })
        return OpenFile(descriptor: descriptor, path: path.string, size: UInt64(count))
    }

    @Test("Bytes are read when they are used, and never changed in the file")
    func reading() throws {
        let file = try file()
        let region = try FileRegion(file: file, offset: 10, count: 4)
        var tensor = try Tensor(region: region, shape: Shape([4]), type: .uint8)
        #expect(tensor.region != nil)
        #expect(tensor.byteCount == 4)
        #expect(try tensor.integers() == [10, 11, 12, 13])
        #expect(try tensor == Tensor([10, 11, 12, 13] as [UInt8]))
        let copy = tensor
        try tensor.withMutableElements(of: UInt8.self) { $0[0] = 99 }
        #expect(tensor.region == nil)
        #expect(try copy.integers() == [10, 11, 12, 13])
        #expect(try tensor.integers() == [99, 11, 12, 13])
        #expect(try copy.loaded().region == nil)
        #expect(
            try Tensor(region: FileRegion(file: file, offset: 0, count: 4), shape: .scalar, type: .int32).integers()
                == [0x0302_0100])
    }

    @Test(
        "A region outside of the file is refused",
        arguments: [(UInt64(250), 7), (0, 257), (.max, 1), (300, 0), (0, -1)])
    func outside(offset: UInt64, count: Int) throws {
        let file = try file()
        #expect(
            (#expect(throws: BitdepthError.self) { try FileRegion(file: file, offset: offset, count: count) })?.code
                == .truncatedFile)
    }

    @Test("A region must have the bytes that the shape needs")
    func size() throws {
        let region = try FileRegion(file: try file(), offset: 0, count: 8)
        let error = #expect(throws: BitdepthError.self) {
            try Tensor(region: region, shape: Shape([3]), type: .float32)
        }
        #expect(error?.code == .malformedFile)
        #expect(error?.message.contains("takes 12 bytes, 8 are present") == true)
        #expect(try Tensor(region: region, shape: Shape([15]), type: .int4).count == 15)
    }

    @Test("A file that shrank is an error and no crash")
    func shrunk() throws {
        let path = FilePath("/tmp/bitdepth-shrunk-\(UInt64.random(in: .min ... .max))")
        let descriptor = try FileDescriptor.open(
            path, .readWrite, options: [.create, .exclusiveCreate], permissions: [.ownerReadWrite])
        _ = try descriptor.writeAll([1, 2, 3])
        let tensor = try Tensor(
            region: FileRegion(file: OpenFile(descriptor: descriptor, path: path.string, size: 8), offset: 0, count: 8),
            shape: Shape([8]),
            type: .uint8)
        let error = #expect(throws: BitdepthError.self) { try tensor.integers() }
        #expect(error?.code == .truncatedFile)
        #expect(error?.place.offset == 3)
    }

    @Test("Many tasks read one file at once")
    func concurrent() async throws {
        let file = try file()
        await withTaskGroup(of: Bool.self) { group in
            for index in 0..<64 {
                group.addTask {
                    let region = try? FileRegion(file: file, offset: UInt64(index), count: 16)
                    let tensor = region.flatMap { try? Tensor(region: $0, shape: .vector(16), type: .uint8) }
                    return (try? tensor?.integers()) == Array(index..<index + 16)
                }
            }
            for await isRight in group { #expect(isRight) }
        }
    }
}
