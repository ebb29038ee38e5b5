// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseSettings

/// The encoders, fusions and couplings that a program knows.
public struct ModelCatalogue: Sendable {
  /// The encoders, for `model.encoders.NAME.type`.
  public private(set) var encoders: [any EncoderConfiguration.Type] = [
    AutoEncoder.self, ResNet18Configuration.self, ResNet34Configuration.self,
    TransformerEncoder.Configuration.self, MLPEncoder.Configuration.self,
    Conv1dEncoder.Configuration.self,
  ]
  /// The fusions, for `model.fusion.type`.
  public private(set) var fusions: [any FusionConfiguration.Type] = [
    ConcatFusion.Configuration.self, SumFusion.Configuration.self, FiLMFusion.Configuration.self,
    GatedFusion.Configuration.self, CosineFusion.Configuration.self,
    SharedFusion.Configuration.self,
  ]
  /// The couplings, for `model.coupling.type`.
  public private(set) var couplings: [any CouplingConfiguration.Type] = [
    NoCoupling.self, MMTM.Configuration.self,
  ]

  /// What the library has.
  public static let standard = ModelCatalogue()

  private init() {}

  /// The same and one more encoder.
  public func adding(encoder: any EncoderConfiguration.Type) -> ModelCatalogue {
    CatalogueNames.check(encoder.name, isNewAmong: encoders.map { $0.name }, EncoderFamily.title)
    var more = self
    more.encoders.append(encoder)
    return more
  }

  /// The same and one more fusion.
  public func adding(fusion: any FusionConfiguration.Type) -> ModelCatalogue {
    CatalogueNames.check(fusion.name, isNewAmong: fusions.map { $0.name }, FusionFamily.title)
    var more = self
    more.fusions.append(fusion)
    return more
  }

  /// The same and one more coupling.
  public func adding(coupling: any CouplingConfiguration.Type) -> ModelCatalogue {
    CatalogueNames.check(coupling.name, isNewAmong: couplings.map { $0.name }, CouplingFamily.title)
    var more = self
    more.couplings.append(coupling)
    return more
  }

  /// Adds the settings of everything to a table.
  package func add(to table: inout SectionTable) throws {
    for type in encoders { try add(type, to: &table) }
    for type in fusions { try add(type, to: &table) }
    for type in couplings { try add(type, to: &table) }
  }

  private func add<Settings: EncoderConfiguration>(
    _ type: Settings.Type, to table: inout SectionTable
  ) throws { try table.add(to: EncoderFamily.self, Settings.name, type) }

  private func add<Settings: FusionConfiguration>(
    _ type: Settings.Type, to table: inout SectionTable
  ) throws { try table.add(to: FusionFamily.self, Settings.name, type) }

  private func add<Settings: CouplingConfiguration>(
    _ type: Settings.Type, to table: inout SectionTable
  ) throws { try table.add(to: CouplingFamily.self, Settings.name, type) }
}
