internal import EquipoiseKit
public import EquipoiseSettings

/// The method's name and its settings, whose keys depend on the name.
public struct MethodSection: Equatable, Sendable {
  /// The method; `equipoise train --method` sets it.
  public var name = "joint"
  /// The method's settings, by key.
  package var settings = ConfigMapping()

  /// Joint training, which has no settings.
  public init() {}

  /// A method with settings other than its defaults.
  ///
  /// - Parameters:
  ///   - name: The method's name.
  ///   - configuration: All of its settings.
  /// - Throws: Whatever the type's own `encode(to:)` throws.
  public init(name: String, configuration: some ConfigurationSection) throws {
    self.name = name
    settings = try ConfigEncoder.encode(configuration).mapping ?? ConfigMapping()
  }

  /// The settings over the defaults of the method's own configuration type.
  ///
  /// - Parameter type: The type whose properties are the valid keys.
  /// - Returns: The defaults with the settings laid over them.
  /// - Throws: `EquipoiseError` for an unknown key or a value of the wrong type.
  public func decode<T: ConfigurationSection>(as type: T.Type) throws -> T {
    let path = ConfigPath(["method"])
    do {
      var section = try ConfigEncoder.encode(T())
      for (key, value) in ConfigValue.mapping(settings).nodes() where !key.keys.isEmpty {
        try section.assign(value, at: key, below: path)
      }
      return try ConfigDecoder.decode(T.self, from: section, at: path)
    } catch let issue as ConfigIssue {
      throw issue.located(at: nil)
    }
  }
}

extension MethodSection: Codable {
  private static let nameKey = AnyKey("name")

  /// Reads the name and keeps every other key as it is.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnyKey.self)
    name = try container.decode(String.self, forKey: Self.nameKey)
    for key in container.allKeys where key.stringValue != Self.nameKey.stringValue {
      settings[key.stringValue] = try container.decode(ConfigValue.self, forKey: key)
    }
  }

  /// Writes the name, then the settings.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: AnyKey.self)
    try container.encode(name, forKey: Self.nameKey)
    for entry in settings.entries { try container.encode(entry.value, forKey: AnyKey(entry.key)) }
  }
}

/// The methods there are, with the type of each one's settings.
package struct MethodTable: Sendable {
  private var variants: [SectionVariant] = []

  /// A table without methods.
  package init() {}

  /// Adds the method `name`, whose settings are the properties of `type`.
  package mutating func add<T: ConfigurationSection>(_ name: String, _ type: T.Type) throws {
    variants.append(try SectionVariant(name, type))
  }

  /// The keys of the section `method`, by `method.name`.
  package var sections: SectionVariants {
    SectionVariants(section: "method", selector: "name", variants: variants)
  }
}
