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
