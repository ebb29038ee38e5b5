// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
public import EquipoiseTraining
import EquipoiseFormats
import Foundation

/// What one finished run of a comparison reached.
public struct RunScores: Codable, Sendable {
  /// The run's seed.
  public let seed: Int
  /// The fold that it was tested on; nil without cross-validation.
  public internal(set) var fold: Int?
  /// The method's name.
  public let method: String
  /// The validation metric that selected the epoch.
  public let selectedBy: String
  /// The scores of the selected model: on the test split where the data has one, else on validation.
  public let report: EvaluationReport
  /// Whether those are scores on the test split.
  public let isTest: Bool
  /// Seconds of training, without evaluation.
  public let seconds: Double
  /// Multiply-adds of a training step for each sample.
  public let multiplyAddsPerSample: Int?
  /// What the run was made with and on.
  public let environment: RunEnvironment

  /// Reads what a run left; `nil` when it is not finished.
  ///
  /// - Parameter folder: the run's files.
  /// - Throws: when a file is damaged.
  package init?(in folder: RunFolder) throws {
    guard let result = try Self.result(in: folder) else { return nil }
    seed = result.seed
    method = result.method
    selectedBy = result.selectedBy
    report = result.test ?? result.validation
    isTest = result.test != nil
    seconds = result.seconds
    multiplyAddsPerSample = try Self.multiplyAdds(in: folder.metrics)
    environment = try RunEnvironment.saved(in: folder)
  }

  /// What a run's `result.json` says; `nil` when the run is not finished.
  package static func result(in folder: RunFolder) throws -> RunResult? {
    guard FileManager.default.fileExists(atPath: folder.result) else { return nil }
    return try JSONFile.read(
      RunResult.self, from: folder.result,
      fix: "remove the file and \(.repeating("run")), which writes it again")
  }

  private static func multiplyAdds(in metrics: String) throws -> Int? {
    struct Line: Decodable { let multiplyAddsPerSample: Int? }
    let fix = "restore it from a copy, or remove the run's folder and train it again"
    let data = try FileSystem.contents(of: metrics)
    guard let last = data.split(separator: UInt8(ascii: "\n")).last else { return nil }
    let line = try JSONFile.decode(Line.self, from: Data(last), at: metrics, fix: fix)
    _ = try Checksums.content(of: metrics)
    return line.multiplyAddsPerSample
  }
}
