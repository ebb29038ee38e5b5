// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseSettings

/// What is recorded of a feature that the library does not have.
package struct OwnFeatureRecord: Equatable, Sendable {
  /// Its name in the catalogue.
  package let feature: String
  /// ``MediaFeatureConfiguration/version``.
  package let version: Int
  /// Every key with its value.
  let settings: RecordedValue

  /// The record of some settings. Throws what their coding throws.
  package init<Settings: MediaFeatureConfiguration>(_ settings: Settings) throws {
    (feature, version) = (Settings.name, Settings.version)
    self.settings = RecordedValue(.mapping(try ConfigEncoder.mapping(of: settings)))
  }

  init(_ record: TaggedRecord) throws {
    (feature, version) = (try record.value("feature"), try record.value("version"))
    settings = try record.value("settings")
    guard case .object = settings else { throw record.unknown }
  }

  /// The feature as a program knows it. Throws `EquipoiseError` where it knows none of the name, another version, or
  /// other settings.
  func made(by features: FeatureCatalogue, at place: String?) throws -> any MediaFeature {
    guard let type = features.own(named: feature) else {
      throw EquipoiseError(
        .usage,
        "the arrays were made by the feature '\(feature)', which this program does not have",
        at: place,
        fix: "use the program that made the dataset, or add the feature to this one's catalogue")
    }
    guard type.version == version else {
      throw EquipoiseError(
        .usage,
        "the arrays were made by version \(version) of the feature '\(feature)', and this program has "
          + "version \(type.version)", at: place,
        fix: "\(.preparingAgain) and train again, or use the program that made it")
    }
    return try made(type, at: place)
  }

  private func made<Settings: MediaFeatureConfiguration>(
    _ type: Settings.Type, at place: String?
  ) throws -> any MediaFeature {
    let given = settings.configured.mapping?.entries ?? []
    let settings: Settings
    do {
      settings = try ConfigResolver<Settings>().resolve(
        given.map { ConfigAssignment(ConfigPath([$0.key]), $0.value, from: .default) }
      ).configuration
      try (settings as? any RangeChecking)?.check(at: ConfigPath())
    } catch {
      throw EquipoiseError(
        .usage,
        "the settings of the feature '\(feature)' are not those of this program's: \(error)",
        at: place, fix: "use the program that made the dataset")
    }
    return try settings.makeFeature()
  }
}

/// A value of JSON, of which there is one text.
package indirect enum RecordedValue: Equatable, Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([RecordedValue])
  case object([String: RecordedValue])

  /// What a section holds.
  init(_ value: ConfigValue) {
    switch value {
    case .null: self = .null
    case .bool(let flag): self = .bool(flag)
    case .integer(let number): self = .integer(number)
    // JSON does not tell 2.0 from 2.
    case .double(let number): self = Int(exactly: number).map(Self.integer) ?? .number(number)
    case .string(let text): self = .text(text)
    case .sequence(let values): self = .list(values.map(Self.init))
    case .mapping(let mapping):
      self = .object(
        Dictionary(mapping.entries.map { ($0.key, Self($0.value)) }) { _, last in last })
    }
  }

  /// The same for a section.
  var configured: ConfigValue {
    switch self {
    case .null: .null
    case .bool(let flag): .bool(flag)
    case .integer(let number): .integer(number)
    case .number(let number): .double(number)
    case .text(let text): .string(text)
    case .list(let values): .sequence(values.map(\.configured))
    case .object(let values):
      .mapping(
        values.sorted { $0.key < $1.key }.reduce(into: ConfigMapping()) { mapping, entry in
          mapping[entry.key] = entry.value.configured
        })
    }
  }
}

extension RecordedValue: Codable {
  package init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let flag = try? value.decode(Bool.self) {
      self = .bool(flag)
    } else if let number = try? value.decode(Int.self) {
      self = .integer(number)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let values = try? value.decode([RecordedValue].self) {
      self = .list(values)
    } else {
      self = .object(try value.decode([String: RecordedValue].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let flag): try container.encode(flag)
    case .integer(let number): try container.encode(number)
    case .number(let number): try container.encode(number)
    case .text(let text): try container.encode(text)
    case .list(let values): try container.encode(values)
    case .object(let values): try container.encode(values)
    }
  }
}
