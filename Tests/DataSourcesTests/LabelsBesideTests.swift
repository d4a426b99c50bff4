import BitdepthTensors
import Testing

@testable import BitdepthDataSources

@Suite("Labels beside data")
struct LabelsBesideTests {
    @Test(
        "Data sets name labels after their data",
        arguments: [
            ("/d/t10k-images-idx3-ubyte.gz", ["/d/t10k-labels-idx1-ubyte.gz"]), ("images.npy", ["labels.npy"]),
            ("a/x_test.npy", ["a/y_test.npy"]),
            ("images/x_images.npy", ["images/x_labels.npy", "images/y_images.npy"]),
            ("data.npy", []), ("test/images/", ["test/labels"]), ("", []),
        ] as [(String, [String])])
    func names(data: String, labels: [String]) { #expect(Labels.paths(beside: data) == labels) }

    @Test("Labels that are nowhere name the places that were tried")
    func missing() throws {
        let error = #expect(throws: BitdepthError.self) { try Labels.beside("/nowhere/images.npy") }
        #expect(error?.code == .fileNotFound)
        #expect(error?.help.first?.contains("/nowhere/labels.npy") == true)
    }
}
