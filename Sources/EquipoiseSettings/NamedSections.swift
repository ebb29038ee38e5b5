// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Sections under names that the user chooses, such as one encoder per modality.
///
/// Each entry starts from `Element()`, so a configuration states only what differs.
public struct NamedSections<Element: ConfigurationSection>: Equatable, Sendable {
  /// The sections by name.
  public private(set) var elements: [String: Element]

  /// The sections given; none by default.
  public init(_ elements: [String: Element] = [:]) { self.elements = elements }

  /// The names in use, sorted.
  public var names: [String] { elements.keys.sorted() }

  /// The section called `name`, or nil if the configuration has none.
  public subscript(name: String) -> Element? {
    get { elements[name] }
    set { elements[name] = newValue }
  }
}

extension NamedSections: Codable {
  /// Reads one `Element` per key.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: AnyKey.self)
    elements = try Dictionary(
      uniqueKeysWithValues: container.allKeys.map {
        ($0.stringValue, try container.decode(Element.self, forKey: $0))
      })
  }

  /// Writes one `Element` per key, keys sorted.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: AnyKey.self)
    for name in names { try container.encode(elements[name], forKey: AnyKey(name)) }
  }
}

/// A section whose keys are the user's; the encoder asks it for the defaults of a new entry.
protocol OpenSection {
  static func elementDefaults() throws -> ConfigValue
}

extension NamedSections: OpenSection {
  static func elementDefaults() throws -> ConfigValue { try ConfigEncoder.encode(Element()) }
}
