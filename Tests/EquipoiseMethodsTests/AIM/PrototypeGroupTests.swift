// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings

/// What prototypes stand for in a regression and with several labels: R, X̄ and ȳ by hand.
struct PrototypeGroupTests {
  private func model() throws -> MultimodalModel {
    let model = try ModelFactory.makeModel(
      modalities: [("a", [4])], classes: 2, configuration: ModelConfiguration(), seed: 1)
    model.move(to: .cpu, dtype: .float64)
    return model
  }

  private func setting(
    _ task: LearningTask, _ columns: [[Float]], batchSize: Int = 64
  ) throws -> MethodSetting {
    let objective =
      task == .multilabel
      ? Objective(.multilabel, loss: BinaryCrossEntropyLoss())
      : Objective(
        .regression, loss: ElementLoss { $0.squaredErrors($1) },
        scale: TargetScale(of: columns, device: .cpu, dtype: .float64))
    return MethodSetting(
      model: try model(), classes: columns.count, epochs: 1, device: .cpu, seed: 0,
      batchSize: batchSize, objective: objective, outputs: ["first", "second"], targets: columns)
  }

  private func targets(
    _ columns: [[Float]], bins: Int, _ assignment: TargetAssignment = .bins
  ) throws -> TargetGroups {
    var settings = RegressionConfiguration()
    (settings.bins, settings.assignment) = (bins, assignment)
    return try TargetGroups(settings, setting(.regression, columns))
  }

  private func labels(
    _ columns: [[Float]], batchSize: Int = 64,
    _ change: (inout MultilabelConfiguration) -> Void = { _ in }
  ) throws -> LabelGroups {
    var settings = MultilabelConfiguration()
    change(&settings)
    return try LabelGroups(settings, setting(.multilabel, columns, batchSize: batchSize))
  }

  // MARK: Regression

  /// The answers of Eq. 3' are the means of all targets over a bin's rows.
  @Test func answersOfTwoTargets() throws {
    let groups = try targets([[0, 0, 4, 4], [10, 30, 20, 60]], bins: 2)
    #expect(groups.count == 4 && groups.groups == 2)
    #expect(groups.answers.array(of: Double.self) == [0, 20, 4, 40, 2, 15, 2, 45])
    let rows = groups.rows(of: Tensor([4 as Float, 20, 0, 60], shape: [2, 2]))
    #expect(rows.map { $0.labels.array(of: Int.self) } == [[1, 0], [0, 1]])
    // The row (4, 20): q = (.8, .2) and (.4, .6).
    let logits = Tensor([0.8, 0.2, 0.4, 0.6], shape: [1, 4]).log()
    let answers = Tensor([4 as Float, 20], shape: [1, 2])
    let found = groups.measure(of: answers, known: nil).performance(logits)
    #expect(abs(found.score.item() - 0.3) < 1e-9 && abs(found.loss.item() - 1.262864) < 1e-6)
  }

  private static let values: [Float] = [-2, -1, 0, 0, 1, 4, 5, 9]

  /// Each assignment on the row y = 1 of these values, whose mean is 2, variance 12 and MAD 2.75.
  @Test(arguments: [
    (TargetAssignment.bins, 0.236883, 1.440190), (.linear, 0.836883, 0.840190),
    (.mean, 0.892064, 0.008222),
  ])
  func assignments(_ assignment: TargetAssignment, _ score: Double, _ loss: Double) throws {
    let groups = try targets([Self.values], bins: 4, assignment)
    let logits = -Tensor([3.0, 1, 2, 4], shape: [1, 4])
    let answer = Tensor([1 as Float], shape: [1, 1])
    let found = groups.measure(of: answer, known: nil).performance(logits)
    #expect(abs(found.score.item() - score) < 1e-6 && abs(found.loss.item() - loss) < 1e-6)
  }

  @Test func regressorsAreMeasuredInStandardDeviations() throws {
    let groups = try targets([Self.values], bins: 4)
    // ŷ = 2, the mean, for y = 1: an error of 1, MAD 2.75, variance 12.
    let found = groups.classifierMeasure(of: Tensor([1 as Float], shape: [1, 1]))
      .performance(Tensor([0.0], shape: [1, 1]))
    #expect(abs(found.score.item() - 0.695144) < 1e-6 && abs(found.loss.item() - 1.0 / 12) < 1e-9)
  }

  /// Values that training did not have are in the bin of the next larger one; above all of them in the last.
  @Test func binsOfOtherValues() throws {
    let groups = try targets([Self.values], bins: 4)
    let others: [Float] = [-7, -1.5, -0.5, 0.5, 3.9, 4.1, 70]
    let rows = groups.rows(of: Tensor(others, shape: [7, 1]))
    #expect(rows[0].labels.array(of: Int.self) == [0, 0, 1, 2, 2, 3, 3])
  }

  /// Outputs (−1, .5, 2, 6) at c = (−1.5, 0, 2.5, 7): a squared error of .4375, in units of the variance .036458.
  @Test func lossOfThePrototypes() throws {
    let groups = try targets([Self.values], bins: 4)
    let scale = TargetScale(of: [Self.values], device: .cpu, dtype: .float64)
    let means = Tensor.zeros([4, 2], dtype: .float64)
    let prototypes = DepthAdaptivePrototypes(
      means: [means], starts: [means], modalities: ["a"], settings: PrototypeConfiguration(),
      groups: groups, objective: try setting(.regression, [Self.values]).objective)
    let outputs = scale.standardised(Tensor([-1.0, 0.5, 2, 6], shape: [4, 1]))
    #expect(abs(prototypes.taskLoss(outputs).item() - 0.036458) < 1e-6)
  }

  @Test func fewBinsAreSaid() throws {
    let columns: [[Float]] = [Array(repeating: 0, count: 100) + (1...10).map { Float($0) }]
    #expect(try targets(columns, bins: 2).notices.isEmpty)
    #expect(try targets(columns, bins: 100).notices.isEmpty)
    #expect(
      try targets(columns, bins: 8).notices == [
        "target 'first' has 11 different values, but so often the same that AIM has 2 bins of it"
      ])
  }

  @Test func aTargetThatIsTheSameInAllSamples() throws {
    // Its scale would not be made either; a list of two targets with one deviation given.
    let objective = Objective(
      .regression, loss: ElementLoss { $0.squaredErrors($1) },
      scale: TargetScale(means: [0, 2], deviations: [1, 1], device: .cpu))
    let setting = MethodSetting(
      model: try model(), classes: 2, epochs: 1, device: .cpu, seed: 0,
      objective: objective, outputs: ["first", "second"], targets: [[0, 1], [2, 2]])
    #expect(
      message { _ = try TargetGroups(RegressionConfiguration(), setting) }
        == "target 'second' is the same in all training samples, so that there is nothing to compare; prepare the "
        + "dataset without it")
  }

  // MARK: Labels

  /// (1,0), (1,1), (0,1), (0,0), (1,0).
  private static let tags: [[Float]] = [[1, 1, 0, 0, 1], [0, 1, 1, 0, 0]]
  private static var rows: Tensor {
    Tensor([1 as Float, 0, 1, 1, 0, 1, 0, 0, 1, 0], shape: [5, 2])
  }

  /// Of the inputs 1, 2, 4, 8 and 16.
  private func sums(_ rows: PrototypeRows) -> [Double] {
    rows.sums(of: Tensor([1.0, 2, 4, 8, 16], shape: [5, 1])).array(of: Double.self)
  }

  @Test func answersOfPairs() throws {
    let groups = try labels(Self.tags)
    #expect(groups.count == 4)
    expectNumbers(groups.answers.flattened(), [0, 0.5, 1, 1.0 / 3, 2.0 / 3, 0, 0.5, 1])
    let rows = groups.rows(of: Self.rows)
    #expect(rows.map(\.count) == [2, 2])
    #expect(rows.map { $0.labels.array(of: Int.self) } == [[1, 1, 0, 0, 1], [0, 1, 1, 0, 0]])
    let found = rows.map { sums($0) }
    #expect(found == [[12, 19], [25, 6]])
    #expect(rows.map { $0.sizes.array(of: Double.self) } == [[2, 3], [3, 2]])
  }

  @Test func answersOfASharedBackground() throws {
    let groups = try labels(Self.tags) { $0.prototypes = .shared }
    #expect(groups.count == 3 && groups.groups == 2)
    expectNumbers(groups.answers.flattened(), [0.6, 0.4, 1, 1.0 / 3, 0.5, 1])
    let rows = groups.rows(of: Self.rows)
    let found = rows.map { sums($0) }
    #expect(found == [[31], [19, 6]])
    #expect(rows.map { $0.sizes.array(of: Double.self) } == [[5], [3, 2]])
    // A batch without any label.
    let none = groups.rows(of: Tensor.zeros([2, 2]))
    #expect(none.map { $0.sizes.array(of: Double.self) } == [[2], [0, 0]])
    #expect(none[1].sums(of: Tensor.ones([2, 3])).shape == [2, 3])
  }

  /// Pairs of more prototypes than a batch has samples become a background and one for each label.
  @Test func manyLabelsShareABackground() throws {
    #expect(try labels(Self.tags, batchSize: 4).count == 4)
    #expect(try labels(Self.tags, batchSize: 3).count == 3)
    #expect(try labels(Self.tags, batchSize: 3) { $0.prototypes = .pair }.count == 4)
  }

  @Test func weightsOfLabels() throws {
    let row = Tensor([1 as Float, 0], shape: [1, 2])
    let balanced = try #require(try labels(Self.tags).weights(of: Self.rows))
    expectNumbers(balanced.flattened(), Array(repeating: 0.5, count: 10))
    // One of one, none of one: halves. Of three labels one is there.
    let three = try LabelGroups(
      MultilabelConfiguration(),
      setting(.multilabel, [[1, 0], [0, 1], [0, 1]]).named(["a", "b", "c"]))
    expectNumbers(
      try #require(three.weights(of: Tensor([1 as Float, 0, 0], shape: [1, 3]))).flattened(),
      [0.5, 0.25, 0.25])
    expectNumbers(
      try #require(three.weights(of: Tensor([1 as Float, 1, 1], shape: [1, 3]))).flattened(),
      [1.0 / 3, 1.0 / 3, 1.0 / 3])
    #expect(try labels(Self.tags) { $0.weights = .plain }.weights(of: row) == nil)
    // π = .6 and .4: 1 / (2 π), 1 / (2 (1 − π)).
    let frequency = try #require(try labels(Self.tags) { $0.weights = .frequency }.weights(of: row))
    expectNumbers(frequency.flattened(), [0.5 / 0.6, 0.5 / 0.6])
    let rare: [[Float]] = [[1] + Array(repeating: 0, count: 99)]
    let capped = try #require(
      try labels(rare) { $0.weights = .frequency }.weights(
        of: Tensor([1 as Float, 0], shape: [2, 1])))
    expectNumbers(capped.flattened(), [10, 0.5 / 0.99])
  }

  /// Logits (2, −1) at ȳ (1, ⅓).
  @Test func lossOfAPrototypeWithSoftLabels() throws {
    let objective = try setting(.multilabel, Self.tags).objective
    let loss = objective.loss(
      Tensor([2.0, -1], shape: [1, 2]), Tensor([1.0, 1.0 / 3], shape: [1, 2]))
    #expect(abs(loss.item() - 0.386762) < 1e-6)
  }

  @Test func labelsOfNoneOrAll() throws {
    #expect(
      message { _ = try labels([[1, 0], [0, 0]]) }
        == "label 'second' is in none of the training samples, so that AIM has no prototype of the samples with it; "
        + "prepare the dataset without that label")
    #expect(
      message { _ = try labels([[1, 1], [0, 1]]) }
        == "label 'first' is in all of the training samples, so that AIM has no prototype of the samples without it; "
        + "prepare the dataset without that label")
  }
}

extension MethodSetting {
  fileprivate func named(_ outputs: [String]) -> MethodSetting {
    MethodSetting(
      model: model, classes: classes, epochs: epochs, device: device, seed: seed,
      samplesPerClass: samplesPerClass, batchSize: batchSize, objective: objective,
      outputs: outputs, targets: targets)
  }
}
