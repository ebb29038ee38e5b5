// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseTraining
import EquipoiseFormats

/// Nested cross-validation: in each fold settings are searched on the samples of the others alone, and those that are
/// best there are trained and tested on the fold. Scores are then of searching and training together, as
/// `cross_val_score(GridSearchCV(…))` of scikit-learn gives them; settings searched on all samples and then
/// cross-validated would know the folds that they are tested on (Cawley and Talbot, "On Over-fitting in Model Selection
/// and Subsequent Selection Bias in Performance Evaluation", JMLR 11, 2010).
package struct NestedSearch {
  /// The search of each fold, in a folder of its own.
  package let searches: [SweepPlan]
  private let plan: SweepPlan

  /// The searches.
  ///
  /// - Parameter plan: the trials of all methods; nil is returned where it has no folds.
  package init?(_ plan: SweepPlan) {
    guard let folds = plan.folds else { return nil }
    self.plan = plan
    searches = (0..<folds).map(plan.inFold)
  }

  /// Every run of every search; none reads the fold that it is tested on.
  package func runs() -> [PlannedRun] { searches.flatMap { $0.runs() } }

  /// The winners of what is finished, fold by fold, after each search's files are written.
  ///
  /// - Returns: a comparison of the methods, each with its own settings in each fold.
  /// - Throws: when a run's result is damaged or a file cannot be written.
  package func winners() throws -> ComparisonPlan {
    let found = try searches.map { search in
      let report = try SweepReport(search)
      try FileSystem.makeFolder(search.folder)
      try report.write(search)
      return report.winners(of: search)
    }
    // The first trial of each method.
    let entries = plan.trials.filter { $0.index == 0 }.map { first in
      let choices = found.map { winners in
        winners.first { $0.method == first.method }.map {
          ComparisonEntry.Choice(settings: $0.settings, configuration: $0.configuration)
        }
      }
      return ComparisonEntry(
        name: first.method, configuration: first.configuration, choices: choices)
    }
    return try ComparisonPlan(
      entries, seeds: plan.seeds, folder: plan.folder,
      referenceFolder: ExperimentFolder(plan.folder).references)
  }
}
