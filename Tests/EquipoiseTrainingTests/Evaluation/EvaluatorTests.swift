// SPDX-License-Identifier: Apache-2.0
import EquipoiseData
import EquipoiseModels
import EquipoiseRunTestSupport
import EquipoiseTorch
import Testing

@testable import EquipoiseTraining

struct EvaluatorTests {
  @Test func shapleyValuesSumToTheGainOverNothing() throws {
    let tiny = try TinyRun()
    let report = try tiny.run("run").parts.evaluate(.test)
    let shapley = try #require(report.shapley)
    #expect(shapley.accuracies.keys.sorted() == ["image", "image+vector", "none", "vector"])
    #expect(shapley.accuracies["image+vector"] == report.accuracy)
    let sum = shapley.values.values.reduce(0, +)
    let gain = report.accuracy - (shapley.accuracies["none"] ?? 0)
    #expect(abs(sum - gain) < 1e-12)
  }

  /// The sets' accuracies are those of forward passes with the absent raw inputs at zero.
  @Test func absentModalitiesAreZeroRawInputs() throws {
    let tiny = try TinyRun()
    let parts = try tiny.run("run").parts
    var correct = 0
    try parts.data.forEachBatch(of: .test) { batch in
      let inputs = parts.model.masked(batch.inputs, keeping: [0])
      let logits = withoutGradient { parts.model.forward(inputs, .evaluation).logits }
      correct += logits.argmax(1).equal(batch.labels).sum().array(of: Int.self)[0]
    }
    let report = try parts.evaluate(.test)
    #expect(report.shapley?.accuracies["image"] == Double(correct) / 6)
  }

  @Test func evaluationChangesNothing() throws {
    let tiny = try TinyRun()
    let parts = try tiny.run("run").parts
    let before = parts.state.map { $0.tensor.cloned() }
    _ = try parts.evaluate(.validation)
    for (old, new) in zip(before, parts.state) {
      #expect(old.array(of: Float.self) == new.tensor.array(of: Float.self), "\(new.name)")
    }
  }

  @Test func theBatchSizeOfEvaluationDoesNotMatter() throws {
    let tiny = try TinyRun()
    let small = try tiny.run("a").parts.evaluate(.test)
    tiny.configuration.evaluation.batchSize = 6
    let large = try tiny.run("b").parts.evaluate(.test)
    #expect(small.confusion == large.confusion)
    #expect(abs(small.loss - large.loss) < 1e-6)
  }

  @Test func aProbeLearnsASeparableFeature() {
    let generator = Generator(seed: 3)
    let labels = Tensor((0..<60).map { Int64($0 % 3) })
    let centres = labels.oneHot(3).matmul(Tensor.normal([3, 4], from: generator) * 6)
    let features = centres + Tensor.normal([60, 4], from: generator) * 0.3
    let logits = LinearProbe.logits(
      training: features, labels: labels, test: features, classes: 3)
    let right = logits.argmax(1).equal(labels).sum().array(of: Int.self)[0]
    #expect(right >= 57)
  }

  @Test func probesAreReportedWhenAskedFor() throws {
    let tiny = try TinyRun()
    tiny.configuration.evaluation.probe = true
    let report = try tiny.run("run").parts.evaluate(.test, probing: true)
    #expect(report.modalities.values.allSatisfy { $0.probe != nil })
  }
}
