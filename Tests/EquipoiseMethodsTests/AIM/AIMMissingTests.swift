// SPDX-License-Identifier: Apache-2.0
import EquipoiseData
import EquipoiseKit
import EquipoiseModels
import EquipoiseTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseMethods
@testable import EquipoiseSettings

/// AIM where samples lack modalities.
struct AIMMissingTests {
  /// Logits of two classes whose softmax has the given probability of class 0.
  private static func logits(_ probabilities: [Double]) -> Tensor {
    let column = Tensor(probabilities)
    return Tensor.stacked([column.log(), (1 - column).log()], dimension: 1)
  }

  private static func batch(_ rows: [[Int]?], count: Int = 4) -> Batch {
    Batch(
      inputs: rows.map { _ in .zeros([count, 1]) },
      labels: Tensor([Int](repeating: 0, count: count)), indices: Array(0..<count),
      present: rows.map { $0.map { RowPresence(rows: $0, of: count) } })
  }

  private static func settings(
    _ minimum: Int, _ compareOn: ComparedSamples = .common
  ) -> AIMMissingConfiguration {
    var settings = AIMMissingConfiguration()
    (settings.minimumSamples, settings.compareOn) = (minimum, compareOn)
    return settings
  }

  /// s and L of the modalities, whose rows have the given probabilities of the true class.
  private static func performances(
    _ probabilities: [[Double]], _ batch: Batch, _ settings: AIMMissingConfiguration
  ) -> [BlockPerformance] {
    let modalities = StepModalities(batch, settings)
    return modalities.modulated.map { index in
      modalities.measure(index, batch.labels) { ClassMeasure(labels: $0) }
        .performance(Self.logits(probabilities[index]))
    }
  }

  /// q_y: (.9, .2, –, .6) and (.3, –, .8, .6), with two rows enough.
  @Test func byHand() {
    let batch = Self.batch([[0, 1, 3], [0, 2, 3]])
    let rows = [[0.9, 0.2, 0.6], [0.3, 0.8, 0.6]]
    let own = Self.performances(rows, batch, Self.settings(2, .own))
    expectNumbers(Tensor.stacked(own.map(\.score)), [0.566667, 0.566667])
    expectNumbers(AIMEquations.discrepancy(own.map(\.score)), [0])
    let common = Self.performances(rows, batch, Self.settings(2))
    expectNumbers(Tensor.stacked(common.map(\.score)), [0.75, 0.45])
    expectNumbers(AIMEquations.discrepancy(common.map(\.score)), [0.25])
    expectNumbers(Tensor.stacked(common.map(\.loss)), [0.741875, 0.645981])
    let participation = AIMEquations.participation(common.map(\.score))
    expectNumbers(participation, [0.425557, 0.574443])
    expectNumbers(AIMEquations.depthLoss(participation, common.map(\.loss)), [0.686789])
    // A third modality that no sample of the batch has changes none of it.
    let third = Self.performances(
      rows + [[]], Self.batch([[0, 1, 3], [0, 2, 3], []]), Self.settings(2))
    #expect(third.count == 2)
    for (first, second) in zip(common, third) {
      #expect(isEqual(first.score, second.score) && isEqual(first.loss, second.loss))
    }
  }

  /// Fewer common rows than are enough: each one's own compare.
  @Test func tooFewCommonRowsAreOwnRows() {
    let batch = Self.batch([[0, 1, 3], [0, 2, 3]])
    let found = Self.performances(
      [[0.9, 0.2, 0.6], [0.3, 0.8, 0.6]], batch, Self.settings(3))
    expectNumbers(Tensor.stacked(found.map(\.score)), [0.566667, 0.566667])
  }

  /// With fewer than two modalities that have enough rows there is nothing to balance.
  @Test func fewerThanTwoModalitiesAreNotModulated() {
    #expect(StepModalities(Self.batch([nil, [0, 1]]), Self.settings(3)).modulated == [])
    #expect(
      StepModalities(Self.batch([nil, [0, 1], [0, 1, 2]]), Self.settings(3)).modulated == [0, 2])
    // A batch that lacks nothing is modulated however small it is.
    #expect(
      StepModalities(Self.batch([nil, nil], count: 2), Self.settings(4)).modulated == [0, 1])
    #expect(AIMMissingConfiguration().minimumSamples == 4)
  }

  // MARK: Prototypes that there are not

  /// c = (−1.5, 0, 2.5, 7) without 0: a value of 0 is between −1.5 and 2.5, one of 5 as before, and of a single centre all
  /// values are.
  @Test func valuesLieBetweenCentresThatThereAre() {
    let centres = Tensor([-1.5, 0, 2.5, 7])
    func shares(_ known: [Int]?) -> Tensor {
      SoftMeasure.interpolated(
        Tensor([0.0, 4.75, -9]), between: centres,
        known: known.map { RowPresence(rows: $0, of: 4) })
    }
    expectNumbers(shares(nil).flattened(), [0, 1, 0, 0, 0, 0, 0.5, 0.5, 1, 0, 0, 0])
    expectNumbers(shares([0, 2, 3]).flattened(), [0.625, 0, 0.375, 0, 0, 0, 0.5, 0.5, 1, 0, 0, 0])
    expectNumbers(shares([2]).flattened(), [0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0])
  }

  /// Targets 0 to 9 in five bins, of which no sample of the last two has `b`: its blocks are measured by the first three.
  @Test(arguments: [TargetAssignment.bins, .linear, .mean])
  func aRegressionGoesOnWithoutSomeBins(assignment: TargetAssignment) throws {
    let rig = try TaskRig(
      .targets([(0..<10).map(Float.init)]), present: [nil, [0, 1, 2, 3, 4, 5]]
    ) {
      ($0.regression.bins, $0.regression.assignment) = (5, assignment)
    }
    #expect(rig.aim.parts?.prototypes?.known(1)?.rows == [0, 1, 2])
    let report = try rig.aim.step(in: rig.context(), with: rig.engine)
    #expect(report.loss.item().isFinite)
    for (name, value) in report.telemetry where name.key.hasPrefix("score.") {
      #expect((0.001...1).contains(value.item()), "\(name.key)")
    }
    #expect(
      rig.encoderWeights.allSatisfy { $0.array(of: Double.self).allSatisfy(\.isFinite) })
  }

  /// Of the classes of a step some have no prototype of a modality: the step is that of all classes where it takes all
  /// that there are, and else of those of its classes that have one.
  @Test func prototypesOfSomeClassesAreThoseThatThereAre() throws {
    let classes = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3]
    func rig(_ wanted: Int?) throws -> TaskRig {
      try TaskRig(.classes(classes), present: [nil, [0, 1, 2, 3, 4, 5]]) {
        $0.prototypes.classesPerStep = wanted
      }
    }
    let (all, some) = (try rig(nil), try rig(4))
    let (a, b) = (try all.step(), try some.step())
    #expect(a.keys == b.keys && a.count > 10)
    for (name, value) in a { #expect(b[name].map { isEqual($0, value) } == true, "\(name)") }
    // The classes of six samples and one more: two of these three have a prototype of `b`.
    let few = try rig(3)
    let batch = few.training[0]
    let context = StepContext(
      epoch: 0, step: 1, stepsPerEpoch: 40, globalStep: 1, batch: batch, mode: .training())
    let forward = try few.aim.forward(context, with: few.engine, try #require(few.aim.parts))
    for (modality, known) in [3, 2].enumerated() {
      let logits = forward.judges[modality][1].logits(of: forward.outputs[modality][1])
      #expect(logits.shape == [6, 3])
      let shares = logits.softmax(1).sum(over: [0]).array(of: Double.self)
      #expect(shares.count { $0 > 0 } == known)
    }
    #expect(try few.aim.step(in: context, with: few.engine).loss.item().isFinite)
  }

  // MARK: Epoch means

  /// s of 2 samples and then of 6 counts so in the epoch's mean; of complete samples every step counts the same.
  @Test func scoresCountAsTheSamplesThatTheyAreOf() throws {
    func weights(_ present: [[Int]?], _ compareOn: ComparedSamples) throws -> [MetricName: Int] {
      let rig = try TaskRig(.classes([0, 0, 0, 1, 1, 1, 0, 1, 0, 1]), present: present) {
        $0.missing = Self.settings(2, compareOn)
      }
      return try rig.aim.step(in: rig.context(), with: rig.engine).weights
    }
    let partial: [[Int]?] = [[0, 1, 2, 3, 4], [3, 4, 5, 6, 7, 8]]
    let own = try weights(partial, .own)
    #expect(own[.telemetry("score", modality: "a", depth: 1)] == 5)
    #expect(own[.telemetry("goodScore", modality: "b", depth: 2)] == 6)
    #expect(own[.telemetry("mask", modality: "b", depth: 2)] == nil)
    let common = try weights(partial, .common)
    #expect(common.count == 12 && common.values.allSatisfy { $0 == 2 })
    #expect(try weights([nil, nil], .common).isEmpty)
  }

  /// Two labels: group scores of 2 and of 6 samples of one modality, and of one step of the other.
  @Test func groupScoresCountSamples() throws {
    let labels: [[Float]] = [[1, 0, 1, 0, 1, 0, 1, 0, 1, 0], [0, 0, 1, 1, 0, 0, 1, 1, 0, 0]]
    let rig = try TaskRig(.labels(labels))
    let scores = GroupScores(rig.model, groups: 2)
    func rows(_ first: Double, _ second: Double) -> [Tensor] {
      [Tensor([first, second]), Tensor([second, first])]
    }
    scores.add([rows(0.25, 0.5), []], weights: [2, 3])
    scores.add([rows(0.75, 0.5), rows(0.5, 0.25)], weights: [6, 4])
    func means(_ scores: GroupScores) -> [[Double]] {
      scores.means.map { $0.tensor.array(of: Double.self) }
    }
    #expect(means(scores) == [[0.625, 0.5, 0.5, 0.625], [0.5, 0.25, 0.25, 0.5]])
    let copy = GroupScores(rig.model, groups: 2)
    try copy.restore(
      SavedState(Dictionary(uniqueKeysWithValues: scores.state.map { ($0.name, $0.tensor) })))
    #expect(means(copy) == means(scores))
    // Of a former version, which counted steps.
    let former = [
      "groupScores.a": Tensor([1.0, 2, 3, 4], shape: [2, 2]),
      "groupScores.b": Tensor([4.0, 3, 2, 1], shape: [2, 2]),
      "groupScoreSteps": Tensor(2.0),
    ]
    try copy.restore(SavedState(former))
    #expect(means(copy) == [[0.5, 1, 1.5, 2], [2, 1.5, 1, 0.5]])
    copy.reset()
    #expect(means(copy).isEmpty)
  }

  /// One sample has nothing to be normalised over but the running statistics: its auxiliary block takes them, as its
  /// encoder does, and what they are does not change.
  @Test func oneSampleIsModulatedByTheRunningStatistics() throws {
    let modalities = ["a", "b"]
    let model = try MultimodalModel(
      encoders: modalities.map { name in
        (
          name, [3],
          MLPEncoder(
            channels: 3, width: 4, depth: 2, normalization: .batch, from: Generator(seed: 1))
        )
      }, fusion: ConcatFusion([4, 4], classes: 2, from: Generator(seed: 2)))
    model.move(to: .cpu, dtype: .float64)
    let generator = Generator(seed: 5)
    let batch = Batch(
      inputs: modalities.map { _ in .normal([6, 3], dtype: .float64, from: generator) },
      labels: Tensor([0, 0, 0, 1, 1, 1]), indices: Array(0..<6),
      present: [nil, RowPresence(rows: [4], of: 6)])
    var settings = AIMConfiguration()
    (settings.startEpoch, settings.missing.minimumSamples) = (0, 1)
    settings.prototypes.targets = .frozen
    let setting = MethodSetting(
      model: model, classes: 2, epochs: 2, device: .cpu, seed: 0, samplesPerClass: [3, 3],
      lacksModalities: true)
    let aim = try AIM(settings, for: setting)
    let engine = TrainingEngine(
      model: model, optimizer: SGD(model.namedParameters, learningRate: 0.1),
      training: TrainingConfiguration(), device: .cpu,
      trainingBatches: { _, body in try body(batch) })
    try aim.beginEpoch(0, with: engine)
    let report = try aim.step(
      in: StepContext(
        epoch: 0, step: 0, stepsPerEpoch: 1, globalStep: 0, batch: batch, mode: .training()),
      with: engine)
    let found = Dictionary(
      uniqueKeysWithValues: report.telemetry.map { ($0.name.key, $0.value.item()) })
    #expect(found["samples.b"] == 1 && found["auxiliaryScore.b.2"]?.isFinite == true)
    func tracked(_ modality: Int) -> [Double] {
      model.encoders.modules[modality].namedModules.compactMap {
        ($0.module as? BatchNorm)?.numBatchesTracked.value.item()
      }
    }
    #expect(tracked(0) == [1, 1] && tracked(1) == [0, 0])
  }

  /// Two classes, of which the second has no row with modality `b`: it has no prototype there.
  @Test func aClassWithoutRowsHasNoPrototype() throws {
    var configuration = ModelConfiguration()
    let encoder = EncoderSection.mlp(width: 4, depth: 2)
    configuration.encoders = NamedSections(["a": encoder, "b": encoder])
    let model = try ModelFactory.makeModel(
      modalities: [("a", [3]), ("b", [2])], classes: 2, configuration: configuration, seed: 1)
    model.move(to: .cpu, dtype: .float64)
    let generator = Generator(seed: 5)
    let inputs = [3, 2].map { Tensor.normal([6, $0], dtype: .float64, from: generator) }
    let labels = Tensor([0, 0, 0, 1, 1, 1])
    let batch = Batch(
      inputs: inputs, labels: labels, indices: Array(0..<6),
      present: [RowPresence(rows: [0, 1, 3, 4, 5], of: 6), RowPresence(rows: [0, 1, 2], of: 6)])
    var settings = AIMConfiguration()
    (settings.startEpoch, settings.missing.minimumSamples) = (0, 2)
    let setting = MethodSetting(
      model: model, classes: 2, epochs: 2, device: .cpu, seed: 0, samplesPerClass: [3, 3],
      lacksModalities: true)
    let aim = try AIM(settings, for: setting)
    let engine = TrainingEngine(
      model: model, optimizer: SGD(model.namedParameters, learningRate: 0.1),
      training: TrainingConfiguration(), device: .cpu,
      trainingBatches: { _, body in try body(batch) })
    try aim.beginEpoch(0, with: engine)
    let prototypes = try #require(aim.parts?.prototypes)
    #expect(prototypes.known(1)?.rows == [0])
    let state = Dictionary(uniqueKeysWithValues: aim.state.map { ($0.name, $0.tensor) })
    // X̄ over the rows that have the modality.
    let mean = try #require(state["means.a"]).select(0)
    #expect(
      isClose(mean, inputs[0].gatheringRows(Tensor([0, 1])).mean(over: [0]), tolerance: 1e-12))
    let other = try #require(state["means.b"]).select(0)
    #expect(isClose(other, inputs[1].slice(0..<3).mean(over: [0]), tolerance: 1e-12))
    let context = StepContext(
      epoch: 0, step: 0, stepsPerEpoch: 1, globalStep: 0, batch: batch, mode: .training())
    let forward = try aim.forward(context, with: engine, try #require(aim.parts))
    let logits = forward.judges[1][0].logits(of: forward.outputs[1][0])
    #expect(logits.shape == [3, 2])
    // Out of the softmax: the other class has all of it.
    #expect(isEqual(logits.softmax(1).select(0, dimension: 1), .ones([3], dtype: .float64)))
    let report = try aim.step(in: context, with: engine)
    #expect(report.loss.item().isFinite)
    let telemetry = Dictionary(
      uniqueKeysWithValues: report.telemetry.map { ($0.name.key, $0.value.item()) })
    #expect(telemetry["samples.a"] == 5 && telemetry["samples.b"] == 3)
    #expect(telemetry["comparedSamples"] == 2)
    // What is saved tells which prototypes there are.
    let copy = try AIM(settings, for: setting)
    try copy.restore(
      Dictionary(uniqueKeysWithValues: aim.state.map { ($0.name, $0.tensor.cloned()) }))
    #expect(copy.parts?.prototypes?.known(1)?.rows == [0])
    #expect(copy.parts?.prototypes?.known(0)?.rows == nil)
  }
}
