// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseMetrics
internal import EquipoiseModels

extension ModalitySets {
  /// Throws unless the Shapley values of a run can be measured.
  static func check(_ modalities: Int, _ options: EvaluationConfiguration) throws {
    guard options.shapley, modalities > mostModalities else { return }
    throw EquipoiseError(
      .configuration,
      "the Shapley imbalance needs the accuracy of every set of modalities, and \(modalities) have "
        + "too many", at: "evaluation.shapley",
      fix: "set evaluation.shapley=false, or name at most \(mostModalities) in 'modalities'")
  }
}
