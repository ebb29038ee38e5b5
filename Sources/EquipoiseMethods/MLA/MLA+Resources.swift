// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseModels
internal import EquipoiseKit
import EquipoiseTorch

extension MLA: ResourceStating {
  /// Each encoder there and back once, the classifier once more than that, and P with its update: two
  /// products of width² and one of K·width² for each modality and step.
  public var resources: MethodResources {
    let summary = setting.summary
    let total = 3 * summary.encoderMultiplyAdds + 4 * summary.fusionMultiplyAdds
    guard projectedName != nil else { return MethodResources(multiplyAddsPerSample: total) }
    let products = setting.model.modalities.count * (2 + setting.classes) * projection.count
    return MethodResources(
      memory: 2 * projection.byteCount,
      multiplyAddsPerSample: total + products / setting.batchSize)
  }
}
