// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseModels
internal import EquipoiseKit
import EquipoiseFormats
import EquipoiseTorch

extension GradientBlending: ResourceStating {
  /// The heads, and what the trials take: for each epoch of a trial every head with its encoders there
  /// and back, and for each estimate two passes over the training split. The validation split is not
  /// counted; of the optimiser two statistics for each number are, as Adam keeps.
  public var resources: MethodResources {
    let model = setting.model
    let summary = setting.summary
    let forward = Double(summary.multiplyAdds)
    let widths = model.fusion.featureWidths
    let heads = Double(widths.reduce(0, +) * setting.classes)
    // Coupled encoders cannot be run one by one.
    let encoders = Double(
      model.isCoupled ? widths.count * summary.multiplyAdds : summary.encoderMultiplyAdds)
    let apart = forward + encoders + heads
    let trials = (0..<setting.epochs).compactMap(estimateLength)
    let perEpoch = 1 / Double(setting.epochs)
    let trained = 3 * apart * Double(trials.reduce(0, +)) * perEpoch
    let measured = (forward + heads + apart) * Double(trials.count) * perEpoch

    let own = ownParameters.reduce(0) { $0 + $1.parameter.leaf.byteCount }
    let snapshot = trials.isEmpty ? 0 : 3 * (model.parameterBytes + own)
    return MethodResources(
      parameters: ownParameters.reduce(0) { $0 + $1.parameter.leaf.count },
      memory: 4 * own + snapshot,
      multiplyAddsPerSample: Int(saturating: 3 * (forward + heads) + trained + measured))
  }
}
