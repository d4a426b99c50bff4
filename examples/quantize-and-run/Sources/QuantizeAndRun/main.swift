import Bitdepth

// Models and images of the repository; give its path where it is not two folders up.
let root = CommandLine.arguments.dropFirst().first ?? "../.."

let model = try Model(contentsOf: root + "/models/mixed-net.onnx")
let images = PreprocessedSource(
    try DataSource.open(root + "/Tests/Fixtures/mixed-net/images.npy", inputs: model.inputs),
    recipe: PreprocessingRecipe(scale: 255), inputs: model.inputs)
let samples = try (0..<32).map { try images.sample(at: $0) }
let batch = try images.sample(at: 40).tensors

// The whole of it:
let quantized = try await model.quantized(.int8, calibratedOn: samples)
try quantized.write(to: "mixed-net.int8.onnx", options: ONNX.WriteOptions(force: true))
let probabilities = try quantized.compiled().makeSession().run(batch)["probabilities"]

let float = try model.compiled().makeSession().run(batch)["probabilities"]
print("float:", try float?.floats() ?? [])
print("INT8: ", try probabilities?.floats() ?? [])
