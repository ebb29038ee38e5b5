// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Settings of a method with named sets of defaults. The key `preset` of the section chooses the set;
/// every other key that is given beats it.
public protocol PresetOffering: ConfigurationSection {
  /// The sets.
  associatedtype Preset: ConfigurationChoice
  /// The settings of a set, its own name among them.
  static func settings(of preset: Preset) -> Self
}
