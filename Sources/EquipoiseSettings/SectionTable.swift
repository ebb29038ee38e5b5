// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// What the sections of each family may choose from.
package struct SectionTable: Sendable {
  private var choices: [ObjectIdentifier: [SectionChoice]] = [:]

  /// A table in which no family has a choice.
  package init() {}

  /// Adds a choice, which messages list after those that are there.
  ///
  /// - Parameters:
  ///   - family: where it is one.
  ///   - name: the value of the family's selector.
  ///   - type: the properties are the choice's keys.
  /// - Throws: what the type's `encode(to:)` throws.
  package mutating func add<Family: SectionFamily, Settings: ConfigurationSection>(
    to family: Family.Type, _ name: String, _ type: Settings.Type
  ) throws {
    choices[ObjectIdentifier(family), default: []].append(try SectionChoice(name, type))
  }

  subscript<Family: SectionFamily>(family: Family.Type) -> [SectionChoice] {
    self[ObjectIdentifier(family)]
  }

  subscript(family: ObjectIdentifier) -> [SectionChoice] { choices[family] ?? [] }
}

/// One choice of a family: the properties of one type.
struct SectionChoice: Sendable {
  let name: String
  /// The type's keys and defaults.
  let defaults: ConfigMapping
  /// Other values of the keys, by the name of a preset, in order of declaration.
  let presets: [(name: String, settings: ConfigMapping)]
  /// The key that chooses a preset.
  static let presetKey = "preset"
  /// Reads the choice's settings.
  let decode: @Sendable (any Decoder) throws -> any ConfigurationSection

  init<T: ConfigurationSection>(_ name: String, _ type: T.Type) throws {
    self.name = name
    defaults = try ConfigEncoder.mapping(of: T())
    presets = try (type as? any PresetOffering.Type).map { try Self.presets(of: $0) } ?? []
    decode = { try T(from: $0) }
  }

  private static func presets<T: PresetOffering>(
    of type: T.Type
  ) throws -> [(name: String, settings: ConfigMapping)] {
    try T.Preset.allCases.map {
      ($0.rawValue, try ConfigEncoder.mapping(of: T.settings(of: $0)))
    }
  }
}

/// Says of a mapping that it is a section of a family.
struct SectionMark: Sendable {
  let family: ObjectIdentifier
  let title: String
  let selector: String
  /// What an empty value of the selector chooses; nil where it is refused.
  let empty: String?
  /// The keys that every choice has.
  let common: [String]
  /// The choice that the mapping's keys are those of; empty until it is laid out.
  var chosen = ""
  /// Every choice with its own keys, once the mapping is laid out.
  var choices: [(name: String, keys: [String])] = []

  /// The choices with a key, and which they are, for a key that the chosen one lacks.
  func issue(of key: String, at place: ConfigPath, in path: ConfigPath, among keys: [String])
    -> ConfigIssue?
  {
    let owners = choices.filter { $0.name != empty && $0.keys.contains(key) }.map { "'\($0.name)'" }
    guard !owners.isEmpty else { return nil }
    let own = keys.filter { $0 != selector }.map { "'\($0)'" }.joined(separator: ", ")
    return ConfigIssue(
      ofAnotherChoice: path, "'\(place)' does not apply to the \(title) '\(chosen)'",
      fix: (owners.count > 4 ? "" : "it belongs to \(owners.joined(separator: ", ")); ")
        + (own.isEmpty
          ? "'\(chosen)' has no settings" : "'\(chosen)' has \(own)"))
  }
}

/// Gives every section of a family the keys of what `assignments` choose there.
struct SectionLayout {
  let table: SectionTable
  let assignments: [ConfigAssignment]

  /// The tree of defaults with the keys that the assignments may set.
  func laidOut(_ value: ConfigValue, at path: ConfigPath = ConfigPath()) throws -> ConfigValue {
    guard var mapping = value.mapping else { return value }
    if let mark = mapping.mark { mapping = try chosen(mapping, mark, at: path) }
    if let element = mapping.elementDefaults {
      for name in names(below: path) where mapping[name] == nil { mapping[name] = element }
    }
    for entry in mapping.entries {
      mapping[entry.key] = try laidOut(entry.value, at: path.appending(entry.key))
    }
    return .mapping(mapping)
  }

  private func names(below path: ConfigPath) -> [String] {
    assignments.map(\.path.keys)
      .filter { $0.count > path.keys.count && $0.starts(with: path.keys) }
      .map { $0[path.keys.count] }
  }

  private func chosen(
    _ mapping: ConfigMapping, _ mark: SectionMark, at path: ConfigPath
  ) throws -> ConfigMapping {
    let all = table[mark.family]
    let selector = path.appending(mark.selector)
    let given = assignments.last { $0.path == selector || $0.path == path && $0.value.isScalar }
    var value = given?.value ?? mapping[mark.selector] ?? .null
    if value == .null, let empty = mark.empty { value = .string(empty) }
    try ConfigDecoder.check(value, isOneOf: all.map(\.name), at: given?.path ?? selector)
    guard let choice = all.first(where: { .string($0.name) == value }) else { return mapping }
    var laidOut = ConfigMapping()
    for key in [mark.selector] + mark.common { laidOut[key] = mapping[key] }
    for entry in try defaults(of: choice, at: path).entries { laidOut[entry.key] = entry.value }
    laidOut.mark = mark
    laidOut.mark?.chosen = choice.name
    laidOut.mark?.choices = all.map { ($0.name, $0.defaults.keys) }
    return laidOut
  }

  /// A choice's keys with the values of the preset that the assignments choose.
  private func defaults(of choice: SectionChoice, at path: ConfigPath) throws -> ConfigMapping {
    let place = path.appending(SectionChoice.presetKey)
    guard !choice.presets.isEmpty, let value = assignments.last(where: { $0.path == place })?.value
    else { return choice.defaults }
    try ConfigDecoder.check(value, isOneOf: choice.presets.map(\.name), at: place)
    let preset = choice.presets.first { .string($0.name) == value }
    return preset?.settings ?? choice.defaults
  }
}
