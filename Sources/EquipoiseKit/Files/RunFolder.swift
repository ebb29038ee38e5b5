// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import Foundation

/// The files of one run. Nothing else knows their names.
public struct RunFolder: Sendable {
  /// The folder's path.
  public let path: String

  /// The run at `path`, which need not exist yet.
  public init(_ path: String) { self.path = path }

  /// The resolved configuration, every key with its value.
  public var configuration: String { path + "/" + Self.configurationName }
  /// What the run was made with and on: versions, processor, threads, data.
  public var environment: String { path + "/" + Self.environmentName }
  /// One JSON object for each epoch and evaluation.
  public var metrics: String { path + "/metrics.jsonl" }
  /// The numbers of ``metrics`` as a table, an epoch a row.
  public var metricsTable: String { path + "/metrics.csv" }
  /// The final scores.
  public var result: String { path + "/" + Self.resultName }
  /// How often samples of each class were taken for each class, of a run that is done and of classification.
  public var confusion: String { path + "/" + Self.confusionName }
  /// The weights of the best epoch by validation.
  public var best: String { path + "/best.safetensors" }
  /// The weights after the last step.
  public var weights: String { path + "/weights.safetensors" }
  /// The loss over learning rates, where they were tried.
  public var learningRates: String { path + "/learning-rate.json" }
  /// The folder of what a method measures after each epoch.
  public var measurements: String { path + "/measurements" }
  /// The measurements of an epoch, from 0.
  public func measurements(epoch: Int) -> String {
    let number = String(epoch)
    let padding = String(repeating: "0", count: max(0, 5 - number.count))
    return "\(measurements)/epoch-\(padding)\(number).safetensors"
  }
  /// The folder of what the run knows of its dataset, so that it needs it no more to predict.
  public var dataset: String { path + "/" + Self.datasetName }
  /// The folder of checkpoints.
  public var checkpoints: String { path + "/checkpoints" }

  package static let datasetName = "dataset"
  package static let statisticsName = "statistics.json"
  package static let configurationName = "config.yaml"
  package static let environmentName = "environment.json"
  package static let resultName = "result.json"
  package static let confusionName = "confusion.safetensors"

  /// Whether a run was begun here.
  public var isBegun: Bool { FileManager.default.fileExists(atPath: configuration) }

  /// The paths, within the folder, of what does not change any more once training has ended; checkpoints
  /// carry checksums of their own.
  package func finalFiles() throws -> [String] {
    let top = try FileSystem.names(in: path).filter {
      ["best.safetensors", "weights.safetensors", "metrics.jsonl", "metrics.csv"].contains($0)
        || $0 == Self.confusionName || $0.hasPrefix("events.out.tfevents.")
    }
    return try top + files(in: "measurements") + datasetFiles()
  }

  /// The paths, within the folder, of what the run knows of its dataset; none of former versions' runs.
  package func datasetFiles() throws -> [String] { try files(in: Self.datasetName) }

  private func files(in name: String) throws -> [String] {
    let folder = path + "/" + name
    guard FileSystem.isFolder(folder) else { return [] }
    return try FileSystem.names(in: folder).filter { !$0.hasPrefix(".") }.map { "\(name)/\($0)" }
  }

  /// Makes the folder.
  ///
  /// - Throws: `FormatError` when it cannot be made or written to.
  package func create() throws {
    try FileSystem.makeWritableFolder(path)
  }
}
