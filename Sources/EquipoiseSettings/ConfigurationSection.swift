// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// A part of the configuration: every property has its default on itself, and `init()` gives them.
///
/// The synthesised `Codable` conformance is what names the keys. Nested sections are properties of
/// section type, never optional ones: the keys of an absent section could not be checked.
public protocol ConfigurationSection: Codable, Equatable, Sendable {
  /// The section with every property at its default.
  init()
}

/// A setting with a fixed list of names.
///
/// Being a protocol, it lets the decoder list the names and suggest the nearest.
public protocol ConfigurationChoice: RawRepresentable, CaseIterable, Codable, Sendable
where RawValue == String {}

extension ConfigurationChoice {
  /// Every name, in order of declaration.
  static var names: [String] { allCases.map(\.rawValue) }
}
