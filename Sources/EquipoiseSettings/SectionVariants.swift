internal import EquipoiseKit

/// A section whose keys depend on one of its values, as those of `method` on `method.name`.
package struct SectionVariants: Sendable {
  /// The key of the section, at the top of the configuration.
  let section: String
  /// The key whose value chooses the variant.
  let selector: String
  /// What each choice adds to the section, in the order messages list them.
  let variants: [SectionVariant]

  package init(section: String, selector: String, variants: [SectionVariant]) {
    self.section = section
    self.selector = selector
    self.variants = variants
  }

  /// The variant that `assignments` choose over the default in `tree`.
  func chosen(by assignments: [ConfigAssignment], in tree: ConfigMapping) throws -> SectionVariant?
  {
    let path = ConfigPath([section, selector])
    let value =
      assignments.last { $0.path == path }?.value ?? tree[section]?.mapping?[selector] ?? .null
    try ConfigDecoder.check(value, isOneOf: variants.map(\.name), at: path)
    return variants.first { .string($0.name) == value }
  }

  /// A variant's keys with the values of the preset that `assignments` choose.
  func defaults(of variant: SectionVariant, chosenBy assignments: [ConfigAssignment]) throws
    -> ConfigMapping
  {
    let path = ConfigPath([section, SectionVariant.presetKey])
    guard !variant.presets.isEmpty, let value = assignments.last(where: { $0.path == path })?.value
    else { return variant.defaults }
    try ConfigDecoder.check(value, isOneOf: variant.presets.map(\.name), at: path)
    let preset = variant.presets.first { .string($0.name) == value }
    return preset?.settings ?? variant.defaults
  }

  /// Replaces the keys beside the selector.
  func put(_ settings: ConfigMapping, into tree: inout ConfigMapping) {
    var replaced = ConfigMapping()
    replaced[selector] = tree[section]?.mapping?[selector]
    for entry in settings.entries { replaced[entry.key] = entry.value }
    tree[section] = .mapping(replaced)
  }
}

/// What one choice adds to a section: the properties of one type.
package struct SectionVariant: Sendable {
  let name: String
  /// The type's keys and defaults.
  let defaults: ConfigMapping
  /// Other values of the keys, by the name of a preset, in order of declaration.
  let presets: [(name: String, settings: ConfigMapping)]
  /// The key that chooses a preset.
  static let presetKey = "preset"
  /// Checks types and ranges and writes every number as its property's type does, so that `1` and
  /// `1.0` are saved alike.
  let canonical: @Sendable (ConfigValue, ConfigPath) throws -> ConfigMapping

  package init<T: ConfigurationSection>(_ name: String, _ type: T.Type) throws {
    self.name = name
    defaults = try Self.mapping(of: T())
    presets = try (type as? any PresetOffering.Type).map { try Self.presets(of: $0) } ?? []
    canonical = { value, path in
      let settings = try ConfigDecoder.decode(T.self, from: value, at: path)
      try (settings as? any RangeChecking)?.check(at: path)
      return try Self.mapping(of: settings)
    }
  }

  private static func presets<T: PresetOffering>(
    of type: T.Type
  ) throws -> [(name: String, settings: ConfigMapping)] {
    try T.Preset.allCases.map { ($0.rawValue, try mapping(of: T.settings(of: $0))) }
  }

  private static func mapping(of section: some ConfigurationSection) throws -> ConfigMapping {
    try ConfigEncoder.encode(section).mapping ?? ConfigMapping()
  }
}
