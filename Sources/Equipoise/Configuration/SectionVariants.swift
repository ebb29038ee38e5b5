/// A section whose keys depend on one of its values, as those of `method` on `method.name`.
struct SectionVariants: Sendable {
  /// The key of the section, at the top of the configuration.
  let section: String
  /// The key whose value chooses the variant.
  let selector: String
  /// What each choice adds to the section, in the order messages list them.
  let variants: [SectionVariant]

  /// The variant that `assignments` choose over the default in `tree`.
  func chosen(by assignments: [ConfigAssignment], in tree: ConfigMapping) throws -> SectionVariant?
  {
    let path = ConfigPath([section, selector])
    let value =
      assignments.last { $0.path == path }?.value ?? tree[section]?.mapping?[selector] ?? .null
    try ConfigDecoder.check(value, isOneOf: variants.map(\.name), at: path)
    return variants.first { .string($0.name) == value }
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
struct SectionVariant: Sendable {
  let name: String
  /// The type's keys and defaults.
  let defaults: ConfigMapping
  /// Checks types and ranges and writes every number as its property's type does, so that `1` and
  /// `1.0` are saved alike.
  let canonical: @Sendable (ConfigValue, ConfigPath) throws -> ConfigMapping

  init<T: ConfigurationSection>(_ name: String, _ type: T.Type) throws {
    self.name = name
    defaults = try Self.mapping(of: T())
    canonical = { value, path in
      let settings = try ConfigDecoder.decode(T.self, from: value, at: path)
      try (settings as? any RangeChecking)?.check(at: path)
      return try Self.mapping(of: settings)
    }
  }

  private static func mapping(of section: some ConfigurationSection) throws -> ConfigMapping {
    try ConfigEncoder.encode(section).mapping ?? ConfigMapping()
  }
}
