// SPDX-License-Identifier: Apache-2.0
package import EquipoiseModels
public import EquipoiseSettings
import EquipoiseTraining
public import Testing

/// A test of a choice bears its name.
extension ChoiceSection: CustomTestStringConvertible {
  /// The name of the choice.
  public var testDescription: String { name }
}

extension FusionSection {
  /// Every fusion of the library, with its default settings.
  package static let all = RunCatalogue.standard.model.fusions.map { section(of: $0) }

  private static func section<Settings: FusionConfiguration>(
    of _: Settings.Type
  ) -> FusionSection { FusionSection(Settings()) }
}
