// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseSettings
internal import EquipoiseMethods
internal import EquipoiseModels
internal import EquipoiseTorch
package import EquipoiseTraining

/// What a step of each method costs beside one of joint training, by the multiply-adds that the methods state: of two
/// ResNet-18 at 64 × 64 in batches of 32, over 100 epochs, with the methods' defaults.
package final class MethodCosts {
  private static let epochs = 100
  private let setting: BenchmarkSetting
  private let catalogue: RunCatalogue
  private var models: [String: (model: MultimodalModel, multiplyAdds: Int)] = [:]

  /// Costs of a catalogue's methods.
  ///
  /// - Parameters:
  ///   - setting: the encoders, sizes and batch.
  ///   - catalogue: what methods there are.
  package init(
    _ setting: BenchmarkSetting = BenchmarkSetting(), of catalogue: RunCatalogue = .inUse
  ) {
    (self.setting, self.catalogue) = (setting, catalogue)
  }

  /// Multiply-adds of a step by those of a joint step of the same model.
  ///
  /// - Parameter name: the method's.
  /// - Returns: 1 for what costs as much; a method of single modalities is compared with itself.
  /// - Throws: `EquipoiseError` where the method refuses the model.
  package func relative(_ name: String) throws -> Double {
    guard let type = catalogue.methods.methods.first(where: { $0.name == name }),
      type.needs.modalities.contains(setting.shapes.count)
    else { return 1 }
    let own = setting.with(method: name, of: catalogue)
    let (model, forward) = try model(own)
    let section = try RunConfiguration.resolve(
      sets: ["method.name=\(name)", "model.fusion=\(own.fusion)"], catalogue: catalogue,
      needsData: false
    ).configuration.method
    let method = try catalogue.methods.make(
      section,
      for: MethodSetting(
        model: model, classes: own.classes, epochs: Self.epochs, device: .cpu, seed: 0,
        batchSize: own.batch))
    let joint = 3 * forward
    let stated = (method as? any ResourceStating)?.resources.multiplyAddsPerSample ?? joint
    return Double(stated) / Double(joint)
  }

  /// Methods that need the same head and coupling share a model, and what its forward pass costs a sample.
  private func model(_ setting: BenchmarkSetting) throws -> (MultimodalModel, Int) {
    let key = "\(setting.fusion) \(setting.mmtm)"
    if let known = models[key] { return known }
    let model = try StepBenchmark.makeModel(setting, of: catalogue)
    let made = (model, model.summarize().multiplyAdds)
    models[key] = made
    return made
  }
}
