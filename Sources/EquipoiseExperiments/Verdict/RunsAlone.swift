// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseSettings
internal import EquipoiseModels
internal import EquipoiseMethods
internal import EquipoiseTraining
package import EquipoiseKit
import EquipoiseFormats
import Foundation

/// Finished runs of one modality alone that lie beside a run, on the same data: `runs/audio` beside `runs/joint`, or
/// `runs/audio/seed-0` beside `runs/joint/seed-0`.
package enum RunsAlone {
  /// What the modalities reach.
  ///
  /// - Parameters:
  ///   - run: the run that they lie beside.
  ///   - isTest: whether it was scored on the test split; those scored on another are left out.
  /// - Returns: by modality, the trainings with this run's seed and others; empty where there are none. Folders that
  ///   cannot be read are no runs of this kind.
  package static func beside(_ run: RunFolder, isTest: Bool) -> [String: [Verdict.Training]] {
    let group = RunGroupFolder(of: run)
    let own = group?.path ?? run.path
    let parent = FileSystem.folder(of: own)
    guard let dataset = try? RunEnvironment.saved(in: run).dataset,
      let names = try? FileSystem.names(in: parent)
    else { return [:] }
    var found: [String: [Verdict.Training]] = [:]
    for name in names.sorted() {
      let path = "\(parent)/\(name)"
      let runs =
        group == nil
        ? [RunFolder(path)]
        : ((try? FileSystem.names(in: path)) ?? []).sorted().map { RunFolder("\(path)/\($0)") }
      for other in runs where other.path != run.path {
        // Its result alone tells most neighbours off.
        guard let result = try? RunScores.result(in: other), result.method == Unimodal.name,
          (result.test != nil) == isTest,
          (try? RunEnvironment.saved(in: other).dataset) == dataset
        else { continue }
        let report = result.test ?? result.validation
        guard let modality = report.modalities.keys.first, report.modalities.count == 1 else {
          continue
        }
        found[modality, default: []].append(
          Verdict.Training(Repetition(seed: result.seed), report))
      }
    }
    return found
  }
}
