// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit

extension Score {
  /// The score of a task by which modalities and sets of them are told apart: one that neither a threshold nor a unit
  /// changes.
  public static func measure(of task: LearningTask) -> Score {
    switch task {
    case .classification: .accuracy
    case .multilabel: .meanAveragePrecision
    case .regression: .pearson
    }
  }

  /// The score of a task that selects epochs unless another is chosen.
  public static func selection(of task: LearningTask) -> Score {
    switch task {
    case .classification: .accuracy
    case .multilabel: .meanAveragePrecision
    case .regression: .meanAbsoluteError
    }
  }
}
