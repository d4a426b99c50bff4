import Testing

@testable import BitdepthTensors

@Suite("Element types") struct ElementTypeTests {
    @Test(
        "Width, kind, sign and short name of every type",
        arguments: [
            (ElementType.float32, 32, true, "f32"), (.float16, 16, true, "f16"), (.bfloat16, 16, true, "bf16"),
            (.float64, 64, true, "f64"),
            (.int4, 4, true, "i4"), (.uint4, 4, false, "u4"), (.int8, 8, true, "i8"), (.uint8, 8, false, "u8"),
            (.int16, 16, true, "i16"),
            (.uint16, 16, false, "u16"), (.int32, 32, true, "i32"), (.uint32, 32, false, "u32"),
            (.int64, 64, true, "i64"),
            (.uint64, 64, false, "u64"), (.bool, 8, false, "bool"), (.int2, 2, true, "i2"), (.uint2, 2, false, "u2"),
            (.float8e4m3fn, 8, true, "f8e4m3fn"), (.float8e4m3fnuz, 8, true, "f8e4m3fnuz"),
            (.float8e5m2, 8, true, "f8e5m2"), (.float8e5m2fnuz, 8, true, "f8e5m2fnuz"),
            (.float8e8m0, 8, false, "f8e8m0"), (.float6e2m3, 6, true, "f6e2m3"), (.float6e3m2, 6, true, "f6e3m2"),
            (.float4e2m1, 4, true, "f4e2m1"),
        ])
    func properties(type: ElementType, bits: Int, signed: Bool, name: String) {
        #expect(type.bitWidth == bits)
        #expect(type.isSigned == signed)
        #expect(type.shortName == name)
        #expect(type.isFloatingPoint == (name.contains("f")))
        #expect(type.isInteger == !(name.contains("f") || name == "bool"))
        #expect(type.isPacked == (bits < 8))
        #expect(type.isNarrowFloat == (type.isFloatingPoint && bits <= 8))
        #expect(type.isWideFloat == (type.isFloatingPoint && bits > 8))
    }

    @Test("The table above names all types")
    func all() { #expect(ElementType.allCases.count == 25) }

    @Test("Ranges of integer types")
    func ranges() {
        #expect(ElementType.int2.integerRange == -2...1)
        #expect(ElementType.uint2.integerRange == 0...3)
        #expect(ElementType.float8e4m3fn.integerRange == nil)
        #expect(ElementType.int4.integerRange == -8...7)
        #expect(ElementType.uint4.integerRange == 0...15)
        #expect(ElementType.int8.integerRange == -128...127)
        #expect(ElementType.uint16.integerRange == 0...65_535)
        #expect(ElementType.int64.integerRange == Int.min...Int.max)
        #expect(ElementType.uint64.integerRange == 0...Int.max)
        #expect(ElementType.float32.integerRange == nil)
        #expect(ElementType.bool.integerRange == nil)
    }

    @Test("Packed elements take whole bytes, the last one filled up")
    func bytes() throws {
        #expect(try ElementType.int4.byteCount(elements: 0) == 0)
        #expect(try ElementType.int4.byteCount(elements: 1) == 1)
        #expect(try ElementType.uint4.byteCount(elements: 7) == 4)
        #expect(try ElementType.uint2.byteCount(elements: 5) == 2)
        #expect(try ElementType.float6e2m3.byteCount(elements: 5) == 4)
        #expect(try ElementType.float64.byteCount(elements: 3) == 24)
        #expect(
            (#expect(throws: BitdepthError.self) { try ElementType.float64.byteCount(elements: .max / 8) })?.code
                == .limitExceeded)
        #expect(throws: BitdepthError.self) { try ElementType.int8.byteCount(elements: -1) }
    }

    @Test("Codes of errors are unique and have an exit status of sysexits")
    func codes() {
        #expect(Set(BitdepthError.Code.all.map(\.rawValue)).count == BitdepthError.Code.all.count)
        for code in BitdepthError.Code.all {
            #expect([1, 64, 65, 66, 69, 70, 71, 73, 74, 130].contains(code.exitStatus))
            #expect(code.summary.hasSuffix("."))
        }
    }

    @Test("A place is completed from outside and keeps what it knows")
    func places() {
        let inner = BitdepthError(.notANumber, "bad", at: .init(node: "conv", tensor: "y"))
        let outer = inner.inside(.init(file: "a.onnx", node: "other", sample: "s"))
        #expect(outer.place == .init(file: "a.onnx", node: "conv", tensor: "y", sample: "s"))
        #expect(outer.description == "error[B0303]: bad")
        let thrown = #expect(throws: BitdepthError.self) {
            try locating(.init(file: "f")) { () throws(BitdepthError) in throw inner }
        }
        #expect(thrown?.place.file == "f")
    }
}

@Suite("Shapes") struct ShapeTests {
    @Test(
        "Counts, strides and text",
        arguments: [
            ([], 1, [], "[]"), ([3], 3, [1], "[3]"), ([2, 3, 4], 24, [12, 4, 1], "[2,3,4]"),
            ([2, 0, 4], 0, [4, 4, 1], "[2,0,4]"),
        ])
    func basics(dimensions: [Int], count: Int, strides: [Int], text: String) throws {
        let shape = try Shape(dimensions)
        #expect(shape.count == count)
        #expect(shape.strides == strides)
        #expect(shape.description == text)
        #expect(shape.rank == dimensions.count)
        #expect(shape.count(of: 0..<shape.rank) == count)
    }

    @Test(
        "Negative and enormous extents are refused, behind a zero too",
        arguments: [
            [-1], [2, -3], [1 << 60], [1 << 30, 1 << 30], [0, 1 << 49], [1 << 20, 0, 1 << 40],
        ])
    func refused(dimensions: [Int]) { #expect(throws: BitdepthError.self) { try Shape(dimensions) } }

    @Test(
        "Broadcasting by NumPy's rules",
        arguments: [
            ([2, 3], [3], [2, 3]), ([4, 1, 3], [2, 1], [4, 2, 3]), ([], [5], [5]), ([1, 0], [3, 1], [3, 0]),
            ([1], [0], [0]),
        ])
    func broadcast(left: [Int], right: [Int], result: [Int]) throws {
        #expect(try Shape.broadcast(Shape(left), Shape(right)).dimensions == result)
        #expect(try Shape.broadcast(Shape(right), Shape(left)).dimensions == result)
    }

    @Test("Extents that differ do not broadcast")
    func noBroadcast() {
        #expect(throws: BitdepthError.self) { try Shape.broadcast(Shape([2]), Shape([3])) }
        #expect(throws: BitdepthError.self) { try Shape.broadcast(Shape([0]), Shape([3])) }
    }

    @Test("Axes count from either end")
    func axes() throws {
        let shape = try Shape([2, 3, 4])
        #expect(try shape.axis(-1) == 2)
        #expect(try shape.axis(0) == 0)
        #expect(throws: BitdepthError.self) { try shape.axis(3) }
        #expect(throws: BitdepthError.self) { try shape.axis(-4) }
        #expect(throws: BitdepthError.self) { try Shape.scalar.axis(0) }
    }

    @Test("A partial shape is concrete once every extent is known")
    func partial() throws {
        #expect(PartialShape.unknown.description == "[…]")
        #expect(PartialShape([.symbol("N"), .known(3), .unknown]).description == "[N,3,?]")
        #expect(PartialShape([.symbol("N")]).shape == nil)
        #expect(PartialShape([.known(2), .known(3)]).shape == (try Shape([2, 3])))
        #expect(PartialShape([.known(-2)]).shape == nil)
        #expect(PartialShape([]).shape == .scalar)
    }
}
