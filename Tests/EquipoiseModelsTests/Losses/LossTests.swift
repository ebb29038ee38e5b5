// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseKit
import EquipoiseSettings
import EquipoiseTestSupport
import EquipoiseTorch
import Foundation
import Testing

@testable import EquipoiseModels

/// Every loss against References/losses.py, in float64: a few hundred roundings of numbers near 1.
struct LossTests {
  private static let tolerance = 1e-13
  private let file: TensorFile

  init() throws {
    let url = Bundle.module.url(forResource: "Goldens/losses", withExtension: "safetensors")
    file = try TensorFile(path: try #require(url).path)
  }

  private func check(
    _ name: String, _ settings: any LossConfiguration, _ task: LearningTask,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let objective = try objective(settings, task)
    let outputs = try file.tensor(task == .regression ? "values" : "logits").asLeaf()
    let loss = objective.loss(outputs, try answers(task))
    let gradient = try #require(gradients(of: [loss], withRespectTo: [outputs])[0])
    #expect(
      isClose(loss, try file.tensor(name), tolerance: Self.tolerance),
      "\(loss.item())", sourceLocation: sourceLocation)
    #expect(
      isClose(gradient, try file.tensor(name + ".gradient"), tolerance: Self.tolerance),
      sourceLocation: sourceLocation)
    let total = objective.total(outputs, try answers(task)).item()
    #expect(
      abs(total - 11 * loss.item()) < 1e-12, "the sum over samples is \(total)",
      sourceLocation: sourceLocation)
  }

  private func answers(_ task: LearningTask) throws -> Tensor {
    switch task {
    case .classification: try file.tensor("classes")
    case .multilabel: try file.tensor("labels")
    case .regression: try file.tensor("targets")
    }
  }

  private func objective(
    _ settings: any LossConfiguration, _ task: LearningTask
  ) throws -> Objective {
    let classes = try file.tensor("classes").array(of: Int.self)
    let labels = try file.tensor("labels")
    let counts =
      switch task {
      case .classification: (0..<4).map { label in classes.count { $0 == label } }
      case .multilabel: labels.sum(over: [0]).array(of: Double.self).map { Int($0) }
      case .regression: [Int]()
      }
    let setting = LossSetting(
      task: task, outputs: ["a", "b", "c", "d"], samples: 11, counts: counts)
    return Objective(
      task, loss: try settings.makeLoss(for: setting),
      scale: task == .regression ? try scale() : nil)
  }

  private func scale() throws -> TargetScale {
    let targets = try file.tensor("targets")
    return TargetScale(
      means: targets.mean(over: [0]).array(of: Double.self),
      deviations: targets.standardDeviation(over: [0], correction: 0).array(of: Double.self),
      device: .cpu, dtype: .float64)
  }

  private static func made<Settings: LossConfiguration>(
    _ type: Settings.Type, _ change: (inout Settings) -> Void
  ) -> Settings {
    var settings = Settings()
    change(&settings)
    return settings
  }

  private static let weights = ClassWeights.list([0.5, 1, 2, 0.25])

  @Test func ofClasses() throws {
    try check("cross-entropy", AutoLoss(), .classification)
    try check("cross-entropy", CrossEntropyConfiguration(), .classification)
    try check(
      "smoothed",
      Self.made(CrossEntropyConfiguration.self) {
        ($0.labelSmoothing, $0.classWeights) = (0.2, Self.weights)
      }, .classification)
    try check(
      "focal", Self.made(FocalConfiguration.self) { $0.classWeights = Self.weights },
      .classification)
  }

  /// Balanced weights are single-precision numbers: N / (K n) is rounded once.
  @Test func balancedClasses() throws {
    let settings = Self.made(CrossEntropyConfiguration.self) { $0.classWeights = .balanced }
    let loss = try objective(settings, .classification).loss(
      file.tensor("logits"), file.tensor("classes"))
    #expect(abs(loss.item() - (try file.tensor("balanced").item())) < 1e-6)
  }

  @Test func ofLabels() throws {
    try check("bce", AutoLoss(), .multilabel)
    try check("bce", BinaryCrossEntropyConfiguration(), .multilabel)
    try check(
      "focal.labels",
      Self.made(FocalConfiguration.self) { ($0.gamma, $0.classWeights) = (1.5, Self.weights) },
      .multilabel)
    let settings = Self.made(BinaryCrossEntropyConfiguration.self) {
      $0.positiveWeights = .balanced
    }
    let loss = try objective(settings, .multilabel).loss(
      file.tensor("logits"), file.tensor("labels"))
    #expect(abs(loss.item() - (try file.tensor("bce.balanced").item())) < 1e-6)
  }

  @Test func ofNumbers() throws {
    try check("mse", AutoLoss(), .regression)
    try check("mse", SquaredErrorConfiguration(), .regression)
    try check("l1", AbsoluteErrorConfiguration(), .regression)
    try check("huber", Self.made(HuberConfiguration.self) { $0.delta = 0.7 }, .regression)
    try check("ccc", ConcordanceConfiguration(), .regression)
  }

  /// γ = 0 is cross-entropy, and a certain sample has a finite gradient whatever γ.
  @Test func focalAtItsEnds() throws {
    let plain = try objective(Self.made(FocalConfiguration.self) { $0.gamma = 0 }, .classification)
    let logits = try file.tensor("logits")
    let expected = logits.crossEntropy(try file.tensor("classes")).item()
    #expect(abs(plain.loss(logits, try file.tensor("classes")).item() - expected) < 1e-14)
    let certain = Tensor([1000 as Double, 0, 0, 0], shape: [1, 4]).asLeaf()
    let sharp = try objective(
      Self.made(FocalConfiguration.self) { $0.gamma = 0.5 }, .classification)
    let loss = sharp.loss(certain, Tensor([0]))
    let gradient = try #require(gradients(of: [loss], withRespectTo: [certain])[0])
    #expect(gradient.isFinite().all().item() == 1)
  }

  /// The numbers of METHODS-2 §4: labels (1,0,0) and logits (2,−1,0).
  @Test func scoresByHand() throws {
    let objective = try objective(AutoLoss(), .multilabel)
    let logits = Tensor([2 as Double, -1, 0, 0, 0, -2], shape: [2, 3])
    let labels = Tensor([1 as Double, 0, 0, 0, 0, 0], shape: [2, 3])
    expectNumbers(Objective.rightness(logits, labels), [0.748163, 0.626932])
    #expect(abs(objective.score(logits, labels).item() - 1.375095) < 1e-6)
    // One part is empty: the mean of 1 − σ alone.
    let all = Tensor([1 as Double, 1, 1], shape: [1, 3])
    expectNumbers(
      Objective.rightness(Tensor([0 as Double, 0, -2], shape: [1, 3]), all), [0.373068])
  }

  /// Scores of a regression are 1 / MSE of standardised numbers, whose ratio for (.5, 1) is 2.
  @Test func scoresOfNumbers() throws {
    let scale = TargetScale(means: [10], deviations: [2], device: .cpu, dtype: .float64)
    let objective = Objective(.regression, loss: ElementLoss { $0.squaredErrors($1) }, scale: scale)
    let targets = Tensor([10 as Double, 12], shape: [2, 1])
    let near = Tensor([1 as Double, 1], shape: [2, 1])
    let far = Tensor([1 as Double, 2], shape: [2, 1])
    #expect(abs(objective.squaredError(near, targets).item() - 0.5) < 1e-15)
    #expect(abs(objective.squaredError(far, targets).item() - 1) < 1e-15)
    let ratio = objective.score(near, targets).item() / objective.score(far, targets).item()
    #expect(abs(ratio - 2) < 1e-6)
    #expect(scale.restored(near).array(of: Double.self) == [12, 12])
  }

  @Test func settingsThatDoNotFit() throws {
    func refusal(_ weights: ClassWeights, counts: [Int] = [1, 2, 3, 4]) -> String? {
      message {
        _ = try Self.made(CrossEntropyConfiguration.self) { $0.classWeights = weights }.makeLoss(
          for: LossSetting(
            task: .classification, outputs: ["a", "b", "c", "d"], samples: 10, counts: counts))
      }
    }
    #expect(
      refusal(.list([1, 2]))
        == "training.loss.classWeights: 2 weights are given for 4: a, b, c, d; give one number for each"
    )
    #expect(refusal(.list([0, 0, 0, 0]))?.contains("or all are 0") == true)
    #expect(refusal(.list([1, 1, 1, -1]))?.contains("below 0") == true)
    #expect(
      refusal(.balanced, counts: [0, 2, 3, 4])?.contains("no training sample is 'a'") == true)
    #expect(refusal(.balanced) == nil)
    let wrong = message {
      _ = try LossSection(HuberConfiguration()).makeObjective(
        for: LossSetting(task: .multilabel, outputs: ["a"], samples: 1, counts: [1]), scale: nil)
    }
    #expect(
      wrong
        == "training.loss.type: the loss 'huber' is for regression, and the dataset's task is multilabel; "
        + "choose another loss, or 'auto'")
  }
}
