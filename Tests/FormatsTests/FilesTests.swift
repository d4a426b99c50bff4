import BitdepthFormats
import BitdepthTensors
import FoundationEssentials
import Testing

@Suite("Files")
struct FilesTests {
    @Test("A file appears only when it is committed, and nothing is left of one that is not")
    func appearsWhole() throws {
        try ONNXFixtures.withFolder { folder in
            do {
                let dropped = try AtomicFile(folder + "/dropped")
                try dropped.write([1, 2, 3])
                #expect(try ONNXFixtures.names(in: folder) == [])
            }
            #expect(try ONNXFixtures.names(in: folder) == [])
            let file = try AtomicFile(folder + "/kept")
            try file.write([1, 2, 3])
            try file.commit()
            #expect(try ONNXFixtures.names(in: folder) == ["kept"])
            #expect(try ONNXFixtures.bytes(folder + "/kept") == [1, 2, 3])
        }
    }

    @Test("An existing file is kept without force, replaced with it, and its permissions stay")
    func existing() throws {
        try ONNXFixtures.withFolder { folder in
            let path = folder + "/file"
            try ONNXFixtures.write([9], to: path)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            let refused = ONNXFixtures.error { () throws(BitdepthError) in _ = try AtomicFile(path) }
            #expect(refused?.code == .fileExists)
            let file = try AtomicFile(path, force: true)
            try file.write([1])
            #expect(try ONNXFixtures.bytes(path) == [9])
            try file.commit()
            #expect(try ONNXFixtures.bytes(path) == [1])
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(try ONNXFixtures.names(in: folder) == ["file"])
        }
    }

    @Test("A file that somebody else makes meanwhile is not overwritten")
    func race() throws {
        try ONNXFixtures.withFolder { folder in
            let file = try AtomicFile(folder + "/file")
            try ONNXFixtures.write([9], to: folder + "/file")
            #expect(ONNXFixtures.error { () throws(BitdepthError) in try file.commit() }?.code == .fileExists)
            #expect(try ONNXFixtures.bytes(folder + "/file") == [9])
        }
    }

    @Test("A symbolic link is replaced, what it points to stays")
    func link() throws {
        try ONNXFixtures.withFolder { folder in
            try ONNXFixtures.write([9], to: folder + "/target")
            try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: "target")
            let file = try AtomicFile(folder + "/link", force: true)
            try file.write([1])
            try file.commit()
            #expect(try ONNXFixtures.bytes(folder + "/target") == [9])
            #expect(try ONNXFixtures.bytes(folder + "/link") == [1])
        }
    }

    @Test(
        "Where no file can be made the error says so with status 73",
        arguments: ["/nowhere/at/all/file", "/proc/file", "/tmp/", "", ".."])
    func cannotCreate(path: String) {
        let error = ONNXFixtures.error { () throws(BitdepthError) in _ = try AtomicFile(path) }
        #expect(error?.code.exitStatus == 73)
    }
}
