// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseMethods
internal import EquipoiseMetrics
internal import EquipoiseModels
internal import EquipoiseSettings

extension Score {
  /// Throws unless the score can select epochs: an epoch that has no such score is never better than another.
  ///
  /// - Parameters:
  ///   - task: what is learned.
  ///   - classes: the number of classes, labels or targets.
  ///   - place: the setting that names the score.
  /// - Throws: `EquipoiseError` with the scores that there are.
  func check(_ task: LearningTask, classes: Int, at place: String = "evaluation.selectBy") throws {
    func fault(_ what: String, _ scores: [Score]) -> EquipoiseError {
      EquipoiseError(
        .configuration, what, at: place,
        fix: "choose one of \(scores.map(\.name).joined(separator: ", "))")
    }
    let known = Score.all(of: task)
    guard known.contains(self) else {
      throw fault("\(task.rawValue) has no score '\(name)'", known)
    }
    guard self != .top5Accuracy || classes > 5 else {
      throw fault(
        "'\(name)' is always 1 with \(classes) classes", known.filter { $0 != .top5Accuracy })
    }
  }
}

extension TrainingConfiguration {
  /// Throws unless the scores that end training early or lower the learning rate exist in the task.
  func checkScores(_ task: LearningTask, classes: Int) throws {
    let named = [
      ("training.earlyStopping.score", earlyStopping.score),
      ("training.schedule.score", (schedule.settings as? any ScoreFollowing)?.score),
    ]
    for (place, score) in named { try score?.check(task, classes: classes, at: place) }
  }
}
