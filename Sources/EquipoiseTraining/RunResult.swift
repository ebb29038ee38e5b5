// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData
package import EquipoiseMetrics
import EquipoiseFormats
import Foundation

/// The final scores of a run, as `result.json` holds them, with the confusion matrices of ``RunFolder/confusion``.
public struct RunResult: Codable, Sendable {
  /// The method's name.
  public let method: String
  /// The run's seed.
  public let seed: Int
  /// The validation metric that selected the epoch.
  public let selectedBy: String
  /// The selected epoch, from 0.
  public let bestEpoch: Int?
  /// The selected model on the validation split.
  public let validation: EvaluationReport
  /// The selected model on the test split, read once; `nil` when the data has none or the
  /// configuration leaves it alone.
  public let test: EvaluationReport?
  /// Steps of training.
  public let steps: Int
  /// Seconds of training, without evaluation.
  public let seconds: Double

  /// Writes the result, and lists it with every other file that a finished run leaves.
  func write(in folder: RunFolder) throws {
    let matrices: [(Split, ConfusionMatrix?)] = [
      (.validation, validation.confusion), (.test, test?.confusion),
    ]
    try ConfusionFile.write(
      matrices.compactMap { split, matrix in matrix.map { (split, $0) } }, in: folder)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    // The result last: where there is one, a list that lacks any of these was cut.
    let others = try folder.finalFiles()
    try Checksums.add(others, in: folder.path)
    try Checksums.replace(
      [(RunFolder.resultName, try encoder.encode(self))], in: folder.path,
      keeping: Set(others + [RunFolder.configurationName, RunFolder.environmentName]))
  }
}

extension EvaluationReport {
  /// The score by which epochs are compared; larger is better. Of a result that lacks it it is the least.
  package func selectionScore(_ score: Score) -> Double {
    self[score].map(score.merit) ?? -.infinity
  }
}
