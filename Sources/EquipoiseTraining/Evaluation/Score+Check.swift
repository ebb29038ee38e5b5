// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels

extension Score {
  /// Throws unless the score can select epochs: an epoch that has no such score is never better than another.
  func check(_ task: LearningTask, classes: Int) throws {
    func fault(_ what: String, _ scores: [Score]) -> EquipoiseError {
      EquipoiseError(
        .configuration, what, at: "evaluation.selectBy",
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
