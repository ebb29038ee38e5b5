// SPDX-License-Identifier: Apache-2.0
import EquipoiseKit
import EquipoiseSettings
import EquipoiseTorch
import Testing

@testable import EquipoiseData
@testable import EquipoiseMethods
@testable import EquipoiseModels
@testable import EquipoiseTraining

/// Curves of missing and of noisy modalities.
struct RobustnessTests {
  private static let samples = 60

  private static func model(_ names: [String] = ["a", "b"]) throws -> MultimodalModel {
    var configuration = ModelConfiguration()
    for name in names { configuration.encoders[name] = .mlp(width: 6, depth: 2) }
    return try ModelFactory.makeModel(
      modalities: names.map { ($0, $0 == "a" ? [4] : [3]) }, classes: 3,
      configuration: configuration, seed: 4)
  }

  /// The samples in batches of some size, whose labels are what the model says of most; `present` says which have `b`.
  private static func batches(
    _ model: MultimodalModel, of size: Int, present: ((Int) -> Bool)? = nil
  ) -> [Batch] {
    let generator = Generator(seed: 5)
    let inputs = model.modalities.map {
      Tensor.normal([samples] + (model.inputShapes[$0] ?? []), from: generator)
    }
    let said = withoutGradient {
      model.forward(inputs, .evaluation).logits.argmax(1).array(of: Int.self)
    }
    let labels = said.enumerated().map { $0 % 5 == 0 ? ($1 + 1) % 3 : $1 }
    return stride(from: 0, to: samples, by: size).map { start in
      let rows = start..<min(samples, start + size)
      return Batch(
        inputs: inputs.map { $0.slice(rows) }, labels: Tensor(Array(labels[rows])),
        indices: Array(rows),
        present: model.modalities.map { name in
          guard name == "b", let present else { return nil }
          return RowPresence(rows.map(present))
        })
    }
  }

  private static func report(
    _ model: MultimodalModel, _ batches: [Batch], seed: UInt64 = 0
  ) throws -> RobustnessReport {
    try Robustness(
      inference: Inference(model: model, fusing: nil, precision: .fp32, device: .cpu),
      scoring: SplitScoring(task: .classification, width: 3, scale: nil), seed: seed
    ).report { body in for batch in batches { try body(batch) } }
  }

  private static func accuracy(
    _ model: MultimodalModel, _ batches: [Batch], _ inputs: (Batch) -> [RaggedBatch]
  ) -> Double {
    let right = withoutGradient {
      batches.map { batch in
        model.forward(inputs(batch), .evaluation).logits.argmax(1).equal(batch.labels).sum()
          .array(of: Int.self)[0]
      }
    }
    return Double(right.reduce(0, +)) / Double(samples)
  }

  /// Levels 0, 1, 3 and scores 1, 0, ½: (½ + ½) / 3.
  @Test func areasByHand() {
    #expect(abs(RobustnessCurve([0, 1, 3], [1, 0, 0.5]).area - 1 / 3.0) < 1e-12)
    #expect(RobustnessCurve([0, 2], [0.7, 0.7]).area == 0.7)
  }

  /// Curves begin with the model's own score and end, of missing rates, without the modality.
  @Test func endsArePassesOfTheirOwn() throws {
    let model = try Self.model()
    let batches = Self.batches(model, of: 16)
    let report = try Self.report(model, batches)
    let plain = Self.accuracy(model, batches) { $0.ragged }
    #expect(report.score == "accuracy")
    for curve in Array(report.missing.values) + Array(report.noise.values) {
      #expect(curve.scores[0] == plain)
    }
    #expect(report.missing["a"]?.levels == [0, 0.2, 0.4, 0.6, 0.8, 1])
    #expect(report.noise["b"]?.levels == [0, 0.5, 1, 1.5, 2])
    for (index, name) in model.modalities.enumerated() {
      let without = Self.accuracy(model, batches) { batch in
        batch.ragged.enumerated().map { place, input in
          place == index
            ? RaggedBatch(input.tensor, presence: RowPresence(rows: [], of: batch.count)) : input
        }
      }
      #expect(report.missing[name]?.scores.last == without)
    }
    let scores = report.missing.values.flatMap(\.scores) + report.noise.values.flatMap(\.scores)
    #expect(Set(scores).count > 4, "the case shows little")
  }

  /// Draws are of samples: batches of other sizes change nothing, another seed does.
  @Test func drawsDoNotDependOnBatches() throws {
    let model = try Self.model()
    let report = try Self.report(model, Self.batches(model, of: 16))
    #expect(try Self.report(model, Self.batches(model, of: 7)) == report)
    #expect(try Self.report(model, Self.batches(model, of: 16), seed: 1) != report)
  }

  /// A sample that has `a` alone keeps it, so that with `a` missing everywhere it is as before.
  @Test func theOnlyModalityOfASampleStays() throws {
    let model = try Self.model()
    let batches = Self.batches(model, of: 16) { $0 % 2 == 0 }
    let report = try Self.report(model, batches)
    let expected = Self.accuracy(model, batches) { batch in
      var inputs = batch.ragged
      inputs[0] = RaggedBatch(
        inputs[0].tensor, presence: RowPresence(batch.indices.map { $0 % 2 == 1 }))
      return inputs
    }
    #expect(report.missing["a"]?.scores.last == expected)
  }

  /// Twice the noise is twice the disturbance: noise of strength s is s times one draw.
  @Test func noiseGrowsWithItsStrength() throws {
    let model = try Self.model(["a"])
    let batches = Self.batches(model, of: 30)
    let report = try Self.report(model, batches)
    #expect(report.missing.isEmpty)
    let curve = try #require(report.noise["a"])
    for (strength, score) in zip(curve.levels, curve.scores) {
      let expected = Self.accuracy(model, batches) { batch in
        let noise = batch.indices.map { sample in
          var seeds = RandomStream(seed: 0, "robustness", "noise", "a", "sample \(sample)")
          return Tensor.normal([4], from: Generator(seed: seeds.next()))
        }
        return [RaggedBatch(batch.inputs[0] + Tensor.stacked(noise) * strength)]
      }
      #expect(score == expected, "strength \(strength)")
    }
  }
}
