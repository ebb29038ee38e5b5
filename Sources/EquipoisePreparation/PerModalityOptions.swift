// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseSettings

/// Settings with a section for each modality, which has the name that the user gives it.
package protocol PerModalityOptions: ConfigurationSection {
  /// Gives a modality the defaults, so that they can be shown.
  mutating func addModality(named name: String)
}

extension ManifestOptions: PerModalityOptions {
  package mutating func addModality(named name: String) { modalities[name] = .init() }
}
