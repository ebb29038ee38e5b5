// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseMetrics
internal import EquipoiseModels
import EquipoiseTorch

extension MethodSetting {
  /// Checks that there are modalities to compare.
  ///
  /// - Parameter method: the method's name in sentences.
  /// - Throws: ``EquipoiseError`` for fewer than two.
  func requireSeveralModalities(for method: String) throws {
    let names = model.modalities
    guard names.count < 2 else { return }
    throw EquipoiseError(
      .configuration,
      "\(method) balances modalities and needs two or more, and this model has only "
        + names.joined(separator: ", "),
      at: "method.name", fix: "use 'unimodal', or name more modalities")
  }

  /// Checks that a method can run the network on every set of modalities.
  ///
  /// - Parameter method: the method's name in sentences.
  /// - Throws: ``EquipoiseError`` for more modalities than have few enough sets.
  func requireFewModalities(for method: String) throws {
    let count = model.modalities.count
    guard count > ModalitySets.mostModalities else { return }
    throw EquipoiseError(
      .configuration,
      "\(method) runs the network on every set of modalities, and \(count) have too many",
      at: "method.name", fix: "name at most \(ModalitySets.mostModalities) in 'modalities'")
  }

  /// Checks that each encoder can be run without the others.
  ///
  /// - Parameter reason: why the method needs that, a main clause.
  /// - Throws: ``EquipoiseError`` for a coupled model.
  func requireSeparateEncoders(_ reason: String) throws {
    guard model.isCoupled else { return }
    throw EquipoiseError(
      .configuration, "\(reason), and MMTM modules join them",
      at: "model.coupling", fix: "set model.coupling=none")
  }

  /// Checks that the fused logits are a sum of what modalities add.
  ///
  /// - Parameter reason: why the method needs that, a main clause.
  /// - Throws: ``EquipoiseError`` for another fusion.
  func requireParts(_ reason: String) throws {
    guard !UnimodalHeads.hasParts(model) else { return }
    throw EquipoiseError(
      .configuration, reason, at: "model.fusion", fix: "set model.fusion=concat, sum or shared")
  }

  /// Names a number of each modality for the log.
  ///
  /// - Parameters:
  ///   - what: what the numbers are.
  ///   - values: [M].
  /// - Returns: `what` of each modality.
  func telemetry(_ what: String, _ values: Tensor) -> [(name: MetricName, value: Tensor)] {
    zip(model.modalities, values.unbound()).map { (.telemetry(what, modality: $0), $1) }
  }
}
