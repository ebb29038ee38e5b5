// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseTestSupport
import EquipoiseTorch

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings

/// AIM on two small perceptrons of two depths, begun on ten samples of any task.
struct TaskRig {
  /// What the ten samples are.
  enum Answers {
    case classes([Int])
    /// By target.
    case targets([[Float]])
    /// By label.
    case labels([[Float]])
  }

  let model: MultimodalModel
  let engine: TrainingEngine
  let aim: AIM
  let training: [Batch]
  let objective: Objective
  /// The samples that have each modality; nil for all.
  private let present: [[Int]?]

  init(
    _ answers: Answers, dtype: DType = .float64, batchSize: Int = 64, begins: Bool = true,
    present: [[Int]?] = [nil, nil], _ change: (inout AIMConfiguration) -> Void = { _ in }
  ) throws {
    let (columns, labels, count) = Self.columns(answers)
    let encoder = EncoderSection.mlp(width: 5, depth: 2)
    var configuration = ModelConfiguration()
    configuration.encoders = NamedSections(["a": encoder, "b": encoder])
    let model = try ModelFactory.makeModel(
      modalities: [("a", [4]), ("b", [6])], classes: count, configuration: configuration, seed: 1)
    // The same weights whatever the task.
    for (index, encoder) in model.encoders.modules.enumerated() {
      let generator = Generator(seed: 50 + UInt64(index))
      for parameter in encoder.parameters where parameter.leaf.rank > 1 {
        parameter.assign(.normal(parameter.leaf.shape, from: generator) * 0.5)
      }
    }
    model.move(to: .cpu, dtype: dtype)
    let generator = Generator(seed: 9)
    let inputs = [4, 6].map { Tensor.normal([10, $0], dtype: dtype, from: generator) }
    self.present = present
    training = [0..<6, 6..<10].map { rows in
      Batch(
        inputs: inputs.map { $0.slice(rows).cloned() }, labels: labels.slice(rows).cloned(),
        indices: Array(rows), present: Self.presence(present, rows))
    }
    objective = Self.objective(answers, dtype)
    engine = TrainingEngine(
      model: model,
      optimizer: SGD(model.namedParameters, learningRate: 1, momentum: 0, weightDecay: 0),
      training: TrainingConfiguration(), device: .cpu, objective: objective,
      trainingBatches: { [training] _, body in for batch in training { try body(batch) } })
    var settings = AIMConfiguration()
    (settings.startEpoch, settings.decoupling.latentWidth, settings.taskLossWeight) = (0, 3, 0)
    settings.prototypes.interval = 100
    change(&settings)
    aim = try AIM(
      settings,
      for: MethodSetting(
        model: model, classes: count, epochs: 1, device: .cpu, seed: 0,
        samplesPerClass: columns.isEmpty ? Array(repeating: 1, count: count) : [],
        batchSize: batchSize, objective: objective,
        outputs: (0..<count).map { "output \($0)" }, targets: columns,
        lacksModalities: present.contains { $0 != nil }))
    self.model = model
    if begins { try aim.beginEpoch(0, with: engine) }
  }

  private static func presence(_ present: [[Int]?], _ rows: Range<Int>) -> [RowPresence?] {
    present.map { own in
      own.map { own in RowPresence(rows.map { own.contains($0) }) }
    }
  }

  private static func columns(_ answers: Answers) -> ([[Float]], Tensor, Int) {
    switch answers {
    case .classes(let classes):
      return ([], Tensor(classes), (classes.max() ?? 0) + 1)
    case .targets(let columns), .labels(let columns):
      let rows = (0..<10).flatMap { row in columns.map { $0[row] } }
      return (columns, Tensor(rows, shape: [10, columns.count]), columns.count)
    }
  }

  private static func objective(_ answers: Answers, _ dtype: DType) -> Objective {
    switch answers {
    case .classes: return .crossEntropy
    case .labels: return Objective(.multilabel, loss: BinaryCrossEntropyLoss())
    case .targets(let columns):
      return Objective(
        .regression, loss: ElementLoss { $0.squaredErrors($1) },
        scale: TargetScale(of: columns, device: .cpu, dtype: dtype))
    }
  }

  /// A step on all samples. P_0 takes a step of its own in step 0 alone.
  func context(_ globalStep: Int = 1) -> StepContext {
    let inputs = (0..<2).map { index in
      Tensor.concatenated(training.map { $0.inputs[index] }, dimension: 0)
    }
    return StepContext(
      epoch: 0, step: globalStep, stepsPerEpoch: 40, globalStep: globalStep,
      batch: Batch(
        inputs: inputs, labels: Tensor.concatenated(training.map(\.labels), dimension: 0),
        indices: Array(0..<10), present: Self.presence(present, 0..<10)),
      mode: .training())
  }

  /// Takes a step.
  func step(_ globalStep: Int = 1) throws -> [String: Tensor] {
    let report = try aim.step(in: context(globalStep), with: engine)
    return Dictionary(uniqueKeysWithValues: report.telemetry.map { ($0.name.key, $0.value) })
  }

  /// A tensor of the method's state.
  func state(_ name: String) -> Tensor? { aim.state.first { $0.name == name }?.tensor }

  /// The weights of both encoders.
  var encoderWeights: [Tensor] {
    model.encoders.modules.flatMap(\.parameters).map { $0.leaf.detached() }
  }
}
