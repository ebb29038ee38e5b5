// SPDX-License-Identifier: Apache-2.0
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings

/// A model with AIM in the state that References/aim_step.py starts from, and what the script has after
/// each of its three steps.
struct AIMGolden {
  /// What all cases of an architecture start from.
  enum Architecture: String {
    /// Two residual networks.
    case residual = "A"
    /// A transformer and an MLP.
    case sequence = "B"
    /// A transformer and two MLPs.
    case trimodal = "C"
  }

  let architecture: Architecture
  let example: String
  let model: MultimodalModel
  let aim: AIM
  let engine: TrainingEngine
  private let shared: TensorFile
  private let file: TensorFile
  private let dtype: DType

  init(
    _ architecture: Architecture, _ example: String, _ configuration: AIMConfiguration,
    optimiser: OptimiserSection = .sgd(learningRate: 0.05), dtype: DType = .float64,
    seed: UInt64 = 0
  ) throws {
    (self.architecture, self.example, self.dtype) = (architecture, example, dtype)
    let name = "aim_\(architecture.rawValue.lowercased())"
    shared = try Self.open(name)
    file = architecture == .residual ? try Self.open("\(name)_\(example)") : shared
    model = try Self.makeModel(architecture)
    model.move(to: .cpu, dtype: dtype)
    try model.load(
      Self.section(shared, "\(architecture.rawValue)/initial.", dtype), source: example)
    engine = TrainingEngine(
      model: model,
      optimizer: optimiser.makeOptimizer(model.namedParameters),
      training: TrainingConfiguration(), device: .cpu, trainingBatches: { _, _ in })
    var configuration = configuration
    configuration.decoupling.latentWidth = 3
    aim = try AIM(
      configuration,
      for: MethodSetting(
        model: model, classes: 3, epochs: 3, device: .cpu, seed: seed, samplesPerClass: [1, 1, 1]))
    try loadMethod()
  }

  /// The script's numbers over a state of the right shapes.
  private func loadMethod() throws {
    let given = try Self.section(shared, "\(architecture.rawValue)/method.", dtype)
    var state = Dictionary(
      uniqueKeysWithValues: aim.partsToRestore().state.map { ($0.name, $0.tensor) })
    for name in state.keys { if let tensor = given[name] { state[name] = tensor } }
    try aim.restore(state)
  }

  /// Takes a step of the script: one in each epoch.
  func step(_ index: Int) throws -> StepReport {
    let inputs = try model.modalities.indices.map {
      try shared.tensor("\(architecture.rawValue)/input.\($0).\(index)").to(dtype)
    }
    let labels = try shared.tensor("\(architecture.rawValue)/label.\(index)")
    let context = StepContext(
      epoch: index, step: 0, stepsPerEpoch: 1, globalStep: index,
      batch: Batch(inputs: inputs, labels: labels, indices: Array(0..<labels.count)),
      mode: .training())
    return try aim.step(in: context, with: engine)
  }

  /// A number of the case, or nil where the script has none.
  func expected(_ name: String) throws -> Tensor? {
    let name = "\(architecture.rawValue)/\(example)/\(name)"
    return file.names.contains(name) ? try file.tensor(name).to(.float64) : nil
  }

  /// The names and tensors of the case that start with `prefix`.
  func expected(below prefix: String) throws -> [String: Tensor] {
    try Self.section(file, "\(architecture.rawValue)/\(example)/\(prefix).", .float64)
  }

  private static func open(_ name: String) throws -> TensorFile {
    let url = Bundle.module.url(forResource: "Goldens/\(name)", withExtension: "safetensors")
    return try TensorFile(path: try #require(url).path)
  }

  private static func section(
    _ file: TensorFile, _ prefix: String, _ dtype: DType
  ) throws -> [String: Tensor] {
    let names = file.names.filter { $0.hasPrefix(prefix) }
    return Dictionary(
      uniqueKeysWithValues: try names.map {
        let tensor = try file.tensor($0)
        let real = tensor.dtype.isFloatingPoint
        return (String($0.dropFirst(prefix.count)), real ? tensor.to(dtype) : tensor)
      })
  }

  private static func makeModel(_ architecture: Architecture) throws -> MultimodalModel {
    let residual = EncoderSection.resnet18(width: 1, smallImageStem: true)
    let transformer = EncoderSection.transformer(width: 4, depth: 2, heads: 2, hidden: 6)
    let mlp = EncoderSection.mlp(width: 4, depth: 2)
    let (shapes, encoders): ([(name: String, shape: [Int])], [String: EncoderSection]) =
      switch architecture {
      case .residual:
        (
          [("audio", [1, 9, 9]), ("visual", [2, 9, 9])],
          ["audio": residual, "visual": residual]
        )
      case .sequence:
        ([("audio", [5, 3]), ("text", [5])], ["audio": transformer, "text": mlp])
      case .trimodal:
        (
          [("audio", [5, 3]), ("text", [5]), ("video", [6])],
          ["audio": transformer, "text": mlp, "video": mlp]
        )
      }
    var configuration = ModelConfiguration()
    configuration.encoders = NamedSections(encoders)
    return try ModelFactory.makeModel(
      modalities: shapes, classes: 3, configuration: configuration, seed: 0)
  }
}
