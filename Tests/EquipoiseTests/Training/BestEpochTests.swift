import Foundation
import Testing

@testable import Equipoise

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
      let result = try #require(try RunScores.result(in: RunFolder(tiny.folder.file(run))))
      #expect(result.bestEpoch == wanted)
      #expect(result.validation.loss == epochs[wanted].loss)
    }
  }
}

extension TinyRun {
  /// Validation accuracy and loss of each epoch.
  fileprivate func validation(_ name: String) throws -> [(accuracy: Double, loss: Double)] {
    struct Line: Decodable { let validation: EvaluationReport }
    return try String(decoding: bytes(name + "/metrics.jsonl"), as: UTF8.self).split(
      separator: "\n"
    )
    .map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)).validation }
    .map { ($0.accuracy, $0.loss) }
  }
}
