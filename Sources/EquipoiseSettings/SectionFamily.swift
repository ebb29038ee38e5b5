// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// A kind of section whose keys depend on one of its values, as those of `training.optimiser` on its `type`.
///
/// The choices do not belong to the type: a `SectionTable` lists them, so that a program can add
/// its own.
public protocol SectionFamily: SendableMetatype {
  /// The settings of one choice, usually `any` of a protocol.
  associatedtype Settings: Sendable
  /// The keys that every choice has.
  associatedtype Common: ConfigurationSection = NoSettings
  /// What messages call a choice, such as `optimiser`.
  static var title: String { get }
  /// The key whose value chooses; `type` unless a family has another.
  static var selector: String { get }
  /// What is chosen when nothing is said.
  static var standard: (name: String, settings: Settings) { get }
  /// Whether an empty value of the selector stands for the standard choice, instead of being refused.
  static var emptyIsStandard: Bool { get }
}

extension SectionFamily {
  /// `type`.
  public static var selector: String { "type" }
  /// Most selectors cannot be empty.
  public static var emptyIsStandard: Bool { false }

  /// The settings as a section of the configuration. `Settings` is `any` of a protocol of sections, which Swift cannot
  /// say of an associated type.
  static func section(_ settings: Settings) -> any ConfigurationSection {
    guard let section = settings as? any ConfigurationSection else {
      preconditionFailure("\(title): \(Settings.self) is not a section of a configuration")
    }
    return section
  }

  /// A section as settings; nil when it is not of this family.
  static func settings(_ section: any ConfigurationSection) -> Settings? { section as? Settings }
}

/// The common keys of a family that has none.
public struct NoSettings: ConfigurationSection {
  /// Nothing.
  public init() {}
}

/// A section of a family: a choice, the keys that all choices have, and those of this choice.
///
/// The common keys are properties of the section itself.
@dynamicMemberLookup
public struct ChoiceSection<Family: SectionFamily>: Sendable {
  /// The name of the choice.
  public private(set) var name: String
  /// The keys of this choice.
  public private(set) var settings: Family.Settings
  /// The keys that all choices have.
  public var common = Family.Common()

  /// The family's standard choice.
  public init() { (name, settings) = Family.standard }

  /// A choice. That name and settings belong together is the caller's matter.
  package init(name: String, settings: Family.Settings) {
    (self.name, self.settings) = (name, settings)
  }

  /// One of the keys that all choices have.
  public subscript<Value>(dynamicMember key: WritableKeyPath<Family.Common, Value>) -> Value {
    get { common[keyPath: key] }
    set { common[keyPath: key] = newValue }
  }
}

extension ChoiceSection: ConfigurationSection {
  /// Whether both have one name and the same values.
  public static func == (left: Self, right: Self) -> Bool {
    left.name == right.name && left.common == right.common
      && Family.section(left.settings).isEqual(to: Family.section(right.settings))
  }

  /// Reads a section of a configuration that was laid out for its choice.
  ///
  /// - Throws: a `ConfigIssue` for a value that does not fit.
  public init(from decoder: any Decoder) throws {
    guard let decoder = decoder as? ConfigDecoder else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "not a configuration decoder"))
    }
    let place = decoder.path.appending(Family.selector)
    var chosen = decoder.value.mapping?[Family.selector] ?? .null
    if chosen == .null, Family.emptyIsStandard { chosen = .string(Family.standard.name) }
    let choices = decoder.table[Family.self]
    try ConfigDecoder.check(chosen, isOneOf: choices.map(\.name), at: place)
    guard let choice = choices.first(where: { .string($0.name) == chosen }),
      let settings = Family.settings(try choice.decode(decoder))
    else { throw ConfigIssue(at: place, "\(place) is not of the family '\(Family.title)'") }
    (name, self.settings) = (choice.name, settings)
    common = try Family.Common(from: decoder)
  }

  /// Writes the name, the common keys and those of the choice.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: AnyKey.self)
    try container.encode(name, forKey: AnyKey(Family.selector))
    for section in [common, Family.section(settings)] as [any ConfigurationSection] {
      for entry in try ConfigEncoder.mapping(of: section).entries {
        try container.encode(entry.value, forKey: AnyKey(entry.key))
      }
    }
  }
}

extension ChoiceSection: RangeChecking {
  /// Throws a `ConfigIssue` for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    for section in [common, Family.section(settings)] as [any ConfigurationSection] {
      try (section as? any RangeChecking)?.check(at: path)
    }
  }
}

extension ConfigurationSection {
  fileprivate func isEqual(to other: any ConfigurationSection) -> Bool { other as? Self == self }
}

/// A section whose keys depend on one of them; the encoder asks it for its mark.
protocol ChosenSection {
  static func mark() throws -> SectionMark
}

extension ChoiceSection: ChosenSection {
  static func mark() throws -> SectionMark {
    SectionMark(
      family: ObjectIdentifier(Family.self), title: Family.title, selector: Family.selector,
      empty: Family.emptyIsStandard ? Family.standard.name : nil,
      common: try ConfigEncoder.mapping(of: Family.Common()).keys)
  }
}
