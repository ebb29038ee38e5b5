// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseSettings
package import EquipoiseKit
package import EquipoiseTraining
internal import EquipoiseFormats
import Foundation

/// One run of an experiment: what it is, and where it goes.
package struct PlannedRun: Sendable {
  /// What the run belongs to, for people: an entry's name, or `audio alone`.
  package let name: String
  /// The folder of all runs that differ only in their seed.
  package let groupFolder: String
  /// Everything that decides the run, its seed included.
  package let configuration: RunConfiguration
  /// The identity of the prepared data.
  package let dataset: String
  /// The epochs after which it pauses; nil trains it to its end.
  package var pause: Int? = nil

  private var group: RunGroupFolder { RunGroupFolder(groupFolder) }

  /// The run's seed.
  package var seed: Int { configuration.runtime.seed }
  /// The run's files.
  package var folder: RunFolder { group.run(seed: seed) }
  /// What the run's process writes to its terminal.
  package var log: String { group.log(seed: seed) }
  /// The run, for people.
  package var label: String { "\(name), seed \(seed)" }
  /// The configuration that the runs of the group share, to be used with `train --config`.
  package var configurationFile: String { group.configuration }

  /// Whether the run is done, or has come to where it pauses.
  package var isFinished: Bool {
    if FileManager.default.fileExists(atPath: folder.result) { return true }
    guard let pause else { return false }
    return ((try? MetricsRecord.read(folder.metrics)) ?? []).count >= pause
  }

  /// Throws when the folder holds a run of another configuration or other data.
  ///
  /// - Throws: `EquipoiseError` that names the folder and the difference.
  package func check() throws {
    guard folder.isBegun else { return }
    try checkConfiguration()
    let environment = try RunEnvironment.saved(in: folder)
    guard environment.dataset == dataset else {
      throw EquipoiseError(
        .checkpoint, "the run was made with other data", at: folder.path,
        fix: "restore the data, or choose another folder")
    }
  }

  /// Throws `EquipoiseError` where the folder holds a run of other settings.
  package func checkConfiguration() throws {
    guard folder.isBegun else { return }
    try TrainingRun.checkUnchanged(configuration, in: folder)
  }

  /// Writes the group's configuration file.
  func writeConfiguration() throws {
    try AtomicFile.write(data: Data(try configuration.yaml().utf8), to: configurationFile)
  }
}
