// SPDX-License-Identifier: Apache-2.0
import EquipoiseData
import EquipoiseMetrics
import EquipoiseMethods
import EquipoiseRunTestSupport
import EquipoiseTestSupport
import Foundation
import Testing

@testable import EquipoiseKit
@testable import EquipoiseModels
@testable import EquipoiseSettings
@testable import EquipoiseTraining

/// Which epoch's weights are kept.
struct BestEpochTests {
  @Test(arguments: [
    (0.75, 9.0, true), (0.25, 0.0, false),  // a greater or smaller score, whatever the loss
    (0.5, 0.75, true), (0.5, 1.25, false), (0.5, 1, false),  // an equal score
  ])
  func aLaterEpochWins(score: Double, loss: Double, wins: Bool) {
    let earlier = BestEpoch(epoch: 2, score: 0.5, loss: 1)
    #expect(BestEpoch(epoch: 3, score: score, loss: loss).isBetter(than: earlier) == wins)
  }

  /// A checkpoint of version 0.1.0, which did not keep the loss.
  @Test func anUnknownLossDecidesNothing() throws {
    let old = try JSONDecoder().decode(
      BestEpoch.self, from: Data(#"{"epoch": 1, "score": 0.5}"#.utf8))
    #expect(old == BestEpoch(epoch: 1, score: 0.5, loss: nil))
    #expect(!BestEpoch(epoch: 2, score: 0.5, loss: 0).isBetter(than: old))
    #expect(BestEpoch(epoch: 2, score: 0.75, loss: 9).isBetter(than: old))
    // What JSON cannot hold is not kept.
    #expect(BestEpoch(epoch: 0, score: 0, loss: .infinity).loss == nil)
  }

  /// Three of four right, all of class 0: the classes' F1 scores are 6/7 and 0.
  @Test func theScoreOfEachMetric() {
    let logits: [Float] = [1, 0, 1, 0, 1, 0, 1, 0]
    let scores = ClassificationScores(logits: logits, labels: [0, 0, 0, 1], classes: 2)
    let report = EvaluationReport(scores, modalities: [:], shapley: nil)
    #expect(report.selectionScore(.accuracy) == 0.75)
    #expect(abs(report.selectionScore(.macroF1) - 3.0 / 7) < 1e-12)
    // ln(1 + e⁻¹) three times, and 1 more for the wrong one.
    #expect(abs(report.selectionScore(.loss) + 0.5632616875) < 1e-6)
  }

  /// Each metric chooses its own epoch, and the weights that are kept are those of it.
  @Test(arguments: [Score.accuracy, .macroF1, .loss])
  func theMetricThatIsAskedForDecides(_ metric: Score) throws {
    let tiny = try TinyRun()
    tiny.configuration.evaluation.selectBy = metric
    (tiny.configuration.training.epochs, tiny.configuration.runtime.seed) = (8, 3)
    guard case .finished(let result) = try tiny.train("run") else {
      Issue.record("the run did not finish")
      return
    }
    let epochs = try tiny.validation("run").map { $0.selectionScore(metric) }
    let losses = try tiny.validation("run").map(\.loss)
    let top = try #require(epochs.max())
    let tied = epochs.indices.filter { epochs[$0] == top }
    #expect(result.bestEpoch == tied.min { losses[$0] < losses[$1] })
    #expect(metric != .loss || Set(epochs).count > 1, "the case shows nothing: \(epochs)")
    #expect(result.validation.loss == losses[try #require(result.bestEpoch)])
    #expect(result.selectedBy == metric.rawValue)
    let kept = try RunParts.trained(in: RunFolder(tiny.folder.file("run")))
    #expect(try kept.evaluate(.test).loss == result.test?.loss)
    #expect(result.test?.loss != result.validation.loss)
  }

  /// Steps so small that predictions stay as they are for epochs while the loss changes.
  @Test func equalScoresGoToTheLowerLossAlsoAfterAStop() throws {
    let tiny = try TinyRun()
    tiny.configuration.modalities = ["vector"]
    tiny.configuration.model.encoders["image"] = nil
    tiny.configuration.augmentation = NamedSections()
    tiny.configuration.training.epochs = 6
    tiny.configuration.training.optimiser.learningRate = 1e-3
    try expectResumption(of: tiny, after: 14)
    let epochs = try tiny.validation("whole")
    let top = try #require(epochs.map(\.accuracy).max())
    let tied = epochs.indices.filter { epochs[$0].accuracy == top }
    let wanted = try #require(tied.min { epochs[$0].loss < epochs[$1].loss })
    #expect(tied.count > 1 && wanted != tied[0], "the scores decide nothing: \(epochs)")
    for run in ["whole", "broken"] {
      let result = try JSONDecoder().decode(RunResult.self, from: tiny.bytes(run + "/result.json"))
      #expect(result.bestEpoch == wanted)
      #expect(result.validation.loss == epochs[wanted].loss)
    }
  }
}

extension TinyRun {
  /// The scores of each epoch on the validation split.
  fileprivate func validation(_ name: String) throws -> [EvaluationReport] {
    struct Line: Decodable { let validation: EvaluationReport }
    return try String(decoding: bytes(name + "/metrics.jsonl"), as: UTF8.self).split(
      separator: "\n"
    )
    .map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)).validation }
  }
}
