// SPDX-License-Identifier: Apache-2.0
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseSettings

/// The settings that make AIM's steps cheap do what they say and nothing else.
struct AIMEconomyTests {
  // MARK: Depths

  /// The gradient of some depths is on average the gradient of all, in every parameter.
  @Test(arguments: [1, 2]) func theGradientOfASubsetOfDepthsIsUnbiased(_ count: Int) throws {
    let subsets = [1: 4, 2: 6][count] ?? 0
    var found: [[Int]: [Tensor]] = [:]
    for seed in UInt64(0)..<200 where found.count < subsets {
      let plan = StepPlan(settings(count), Self.context(0), depths: 4, seed: seed)
      if found[plan.depths] == nil { found[plan.depths] = try gradients(seed, count) }
    }
    #expect(found.count == subsets)
    let all = try gradients(0, nil)
    let lists = Array(found.values)
    for (index, expected) in all.enumerated() {
      let sum = lists.dropFirst().reduce(lists[0][index]) { $0 + $1[index] }
      #expect(isClose(sum / Double(subsets), expected, tolerance: 1e-9), "parameter \(index)")
    }
    #expect(!isClose(lists[0][0], lists[1][0], tolerance: 1e-3), "the case shows nothing")
  }

  /// What a step of plain gradient descent at the rate 1 takes from each parameter.
  private func gradients(_ seed: UInt64, _ depths: Int?) throws -> [Tensor] {
    let plain = OptimiserSection.sgd(learningRate: 1, momentum: 0, weightDecay: 0)
    let golden = try AIMGolden(
      .residual, "default", settings(depths), optimiser: plain, seed: seed)
    let before = golden.model.parameters.map { $0.leaf.detached().cloned() }
    _ = try golden.step(0)
    return zip(before, golden.model.parameters).map { $0 - $1.leaf.detached() }
  }

  private func settings(_ depths: Int?) -> AIMConfiguration {
    var settings = AIMConfiguration()
    (settings.startEpoch, settings.depthsPerStep) = (0, depths)
    return settings
  }

  private static func context(_ globalStep: Int, epoch: Int = 0) -> StepContext {
    StepContext(
      epoch: epoch, step: 0, stepsPerEpoch: 1, globalStep: globalStep,
      batch: Batch(inputs: [], labels: Tensor([0]), indices: []), mode: .training())
  }

  // MARK: Plans

  @Test func stepsOfPrototypesAndDecouplingAreDueWhereTheIntervalsSay() {
    var settings = AIMConfiguration()
    (settings.startEpoch, settings.prototypes.interval, settings.decoupling.interval) = (2, 3, 2)
    func due(_ what: (StepPlan) -> Bool, epoch: Int = 0) -> [Int] {
      (0..<8).filter {
        what(StepPlan(settings, Self.context($0, epoch: epoch), depths: 4, seed: 0))
      }
    }
    #expect(due(\.trainsPrototypes) == [0, 3, 6])
    #expect(due(\.trainsDecoupling) == [0, 2, 4, 6])
    #expect(due(\.trainsDecoupling, epoch: 2) == [0, 2, 4, 6])
    #expect(due(\.modulates, epoch: 1).isEmpty)
    #expect(due(\.modulates, epoch: 2).count == 8)
    settings.decoupling.trainedWhileModulating = false
    #expect(due(\.trainsDecoupling, epoch: 1) == [0, 2, 4, 6])
    #expect(due(\.trainsDecoupling, epoch: 2).isEmpty)
    settings.parameterModulation = false
    #expect(due(\.trainsDecoupling).isEmpty)
    settings.lambda = 0
    #expect(due(\.modulates, epoch: 5).isEmpty)
  }

  @Test func depthsAreDrawnForEachStep() {
    var settings = AIMConfiguration()
    settings.depthsPerStep = 2
    let plans = (0..<60).map { StepPlan(settings, Self.context($0), depths: 4, seed: 1) }
    #expect(Set(plans.map(\.depths)).count == 6)
    #expect(plans.allSatisfy { $0.depths == $0.depths.sorted() && $0.scale == 2 })
    settings.depthsPerStep = 9
    let all = StepPlan(settings, Self.context(0), depths: 4, seed: 1)
    #expect(all.depths == [0, 1, 2, 3] && all.scale == 1)
  }

  // MARK: Prototypes

  /// X̄ of classes with five, two and one samples, over batches of unequal size.
  @Test func classMeansOfUnbalancedClasses() throws {
    let rig = try EconomyRig { _ in }
    let means = Dictionary(
      uniqueKeysWithValues: rig.aim.state.filter { $0.name.hasPrefix("means.") }
        .map { ($0.name, $0.tensor) })
    for (index, name) in rig.model.modalities.enumerated() {
      let rows = rig.training.flatMap { $0.inputs[index].unbound() }
      let labels = rig.training.flatMap { $0.labels.array(of: Int.self) }
      let expected = (0..<3).map { label in
        let own = zip(rows, labels).filter { $0.1 == label }.map(\.0)
        return Tensor.sum(of: own) / Double(own.count)
      }
      let found = try #require(means["means.\(name)"])
      #expect(isClose(found, Tensor.stacked(expected), tolerance: 1e-12))
    }
  }

  /// P_0 moves in every third step and in no other.
  @Test func prototypesTrainOnlyInTheirInterval() throws {
    let rig = try EconomyRig { $0.prototypes.interval = 3 }
    let moved = try (0..<7).filter { step in
      let before = try rig.prototype(0).cloned()
      _ = try rig.aim.step(in: rig.context(step), with: rig.engine)
      return !isEqual(try rig.prototype(0), before)
    }
    #expect(moved == [0, 3, 6])
  }

  @Test func twoStepsAtATimeAreTwoSteps() throws {
    let (twice, once) = (
      try EconomyRig { $0.prototypes.steps = 2 }, try EconomyRig { $0.prototypes.steps = 1 }
    )
    _ = try #require(twice.aim.parts?.prototypes).train(twice.model, with: twice.engine)
    for _ in 0..<2 {
      _ = try #require(once.aim.parts?.prototypes).train(once.model, with: once.engine)
    }
    for index in 0..<2 { #expect(isEqual(try twice.prototype(index), try once.prototype(index))) }
  }

  /// Between two passes the prototypes of the last one serve, whatever P_0 does meanwhile.
  @Test func thePrototypesOfTheLastPassServeUntilTheNext() throws {
    let rig = try EconomyRig { $0.prototypes.passInterval = 3 }
    let first = try rig.logits(0)
    for parameter in try #require(rig.aim.parts?.prototypes).inputs {
      parameter.assign(parameter.leaf.zerosLike() + 2)
    }
    #expect(isClose(try rig.logits(1), first, tolerance: 1e-12))
    #expect(isClose(try rig.logits(2), first, tolerance: 1e-12))
    #expect(!isClose(try rig.logits(3), first, tolerance: 1e-3))
  }

  /// The batch's own classes are always among those compared, in the order of the classes; the rest
  /// are drawn for each step.
  @Test func someClassesAreThoseOfTheBatchAndOthers() throws {
    let all = try EconomyRig(classes: 6) { _ in }.forward(0)
    let rig = try EconomyRig(classes: 6) { $0.prototypes.classesPerStep = 3 }
    var others: Set<[Int]> = []
    for step in 0..<40 {
      let some = try rig.forward(step)
      // Rows of layer-normalised encoders do not see each other, so that columns can be matched.
      let (whole, part) = (columns(all), columns(some))
      let chosen = part.map { column in whole.firstIndex { $0 == column } ?? -1 }
      #expect(chosen.count == 3 && chosen.first != -1, "\(chosen)")
      #expect(chosen == chosen.sorted())
      #expect(chosen.contains(1) && chosen.contains(4), "\(chosen)")
      #expect(
        try labels(some).map { chosen[$0] } == labels(all))
      others.insert(chosen.filter { $0 != 1 && $0 != 4 })
    }
    #expect(others == [[0], [2], [3], [5]])
  }

  /// A batch of more classes than are wanted has all of its own.
  @Test func theBatchsClassesAreNeverLeftOut() throws {
    let rig = try EconomyRig(classes: 6) { $0.prototypes.classesPerStep = 1 }
    #expect(columns(try rig.forward(0)).count == 2)
  }

  private func labels(_ forward: AIMForward) throws -> [Int] {
    try #require(forward.measures[0] as? ClassMeasure).labels.array(of: Int.self)
  }

  /// The distances of all samples to each prototype, to nine digits.
  private func columns(_ forward: AIMForward) -> [[Int]] {
    let logits = forward.judges[0][1].logits(of: forward.outputs[0][1]).detached()
    return (0..<logits.size(1)).map { column in
      logits.select(column, dimension: 1).array(of: Double.self).map { Int(($0 * 1e9).rounded()) }
    }
  }
}

/// AIM on two small perceptrons in double precision, begun on eight samples of unequal classes.
private struct EconomyRig {
  let model: MultimodalModel
  let engine: TrainingEngine
  let aim: AIM
  let training: [Batch]

  init(classes: Int = 3, _ change: (inout AIMConfiguration) -> Void) throws {
    let encoder = EncoderSection.mlp(width: 5, depth: 2)
    var configuration = ModelConfiguration()
    configuration.encoders = NamedSections(["a": encoder, "b": encoder])
    let model = try ModelFactory.makeModel(
      modalities: [("a", [4]), ("b", [6])], classes: classes, configuration: configuration, seed: 1)
    model.move(to: .cpu, dtype: .float64)
    let generator = Generator(seed: 9)
    let labels = classes == 3 ? [[0, 0, 1, 0, 2], [0, 1, 0]] : [Array(0..<classes)]
    let training = labels.map { labels in
      Batch(
        inputs: [4, 6].map { .normal([labels.count, $0], dtype: .float64, from: generator) },
        labels: Tensor(labels), indices: Array(labels.indices))
    }
    engine = TrainingEngine(
      model: model, optimizer: SGD(model.namedParameters, learningRate: 0.1),
      training: TrainingConfiguration(), device: .cpu,
      trainingBatches: { _, body in for batch in training { try body(batch) } })
    var settings = AIMConfiguration()
    (settings.startEpoch, settings.decoupling.latentWidth) = (0, 3)
    change(&settings)
    aim = try AIM(
      settings,
      for: MethodSetting(
        model: model, classes: classes, epochs: 1, device: .cpu, seed: 0,
        samplesPerClass: Array(repeating: 1, count: classes)))
    (self.model, self.training) = (model, training)
    try aim.beginEpoch(0, with: engine)
  }

  /// P_0 of a modality.
  func prototype(_ modality: Int) throws -> Tensor {
    try #require(aim.parts?.prototypes).inputs[modality].leaf.detached()
  }

  /// A step on four samples of the classes 1 and, of more than three, 4.
  func context(_ globalStep: Int) -> StepContext {
    let generator = Generator(seed: 3)
    let other = model.classes > 3 ? 4 : 2
    return StepContext(
      epoch: 0, step: globalStep, stepsPerEpoch: 40, globalStep: globalStep,
      batch: Batch(
        inputs: [4, 6].map { .normal([4, $0], dtype: .float64, from: generator) },
        labels: Tensor([other, 1, 1, other]), indices: Array(0..<4)),
      mode: .training())
  }

  func forward(_ globalStep: Int) throws -> AIMForward {
    try aim.forward(context(globalStep), with: engine, try #require(aim.parts))
  }

  /// What the first modality's last block is judged by.
  func logits(_ globalStep: Int) throws -> Tensor {
    let forward = try forward(globalStep)
    return forward.judges[0][1].logits(of: forward.outputs[0][1]).detached()
  }
}
