// SPDX-License-Identifier: Apache-2.0
/// The one reader.
extension MetricName {
  /// One part of a text.
  struct Part {
    var text: String
    /// Whether any of it had a backslash before it, or it is known to be a name: then it is not a depth.
    var isName = false

    init(_ text: String, isName: Bool = false) { (self.text, self.isName) = (text, isName) }

    /// The depth that it is; `nil` for a name.
    var depth: Int? {
      guard !isName, let number = Int(text), number >= 0, String(number) == text else { return nil }
      return number
    }
  }

  /// The name that a text says.
  ///
  /// - Parameter text: as ``text`` writes it.
  public init(_ text: String) {
    let parts = Self.parts(of: text)
    self =
      parts[0].text == Self.telemetrySection && parts.count > 1
      ? MetricName(.telemetry, parts.dropFirst()) : MetricName(places: parts.map(\.text))
  }

  /// The name of a method's number inside its section.
  ///
  /// - Parameters:
  ///   - scope: `telemetry` or `measurement`.
  ///   - key: as ``key`` writes it.
  public init(_ scope: Scope, key: String) { self.init(scope, Self.parts(of: key)[...]) }

  /// The name of the number at a place in a line of `metrics.jsonl`.
  ///
  /// - Parameter keys: those that lead there, from the outermost; at least one.
  package init(keys: [String]) {
    self =
      keys.count == 2 && keys[0] == Self.telemetrySection
      ? MetricName(.telemetry, key: keys[1]) : MetricName(places: keys)
  }

  private init(places: [String]) {
    let rest = places.dropFirst()
    switch places[0] {
    case Scope.validation.rawValue where !rest.isEmpty: self.init(.validation, section: rest)
    case Scope.test.rawValue where !rest.isEmpty: self.init(.test, section: rest)
    case "trainLoss", "trainAccuracy":
      self.init(.train, places[0].dropFirst(Self.trainingPrefix.count).lowercased())
    default: self.init(.run, places.joined(separator: "."))
    }
  }

  private init(_ scope: Scope, section: ArraySlice<String>) {
    let places = Array(section)
    let start = places.prefix(2).joined(separator: ".")
    if places.count == 3, Self.setSections.contains(start) {
      self.init(scope, start, modality: places[2])
    } else if places.count > 2, places[0] == Self.patternSection {
      self.init(
        scope, ([places[0]] + places.dropFirst(2)).joined(separator: "."), modality: places[1])
    } else if places.count > 2, places[0] == Self.modalitySection {
      self.init(scope, places.dropFirst(2).joined(separator: "."), modality: places[1])
    } else {
      self.init(scope, places.joined(separator: "."))
    }
  }

  /// `what`, `what.DEPTH`, `what.MODALITY` or `what.MODALITY.DEPTH`. Former versions put no backslash before the
  /// dots of a modality: what is between what and depth is its name.
  private init(_ scope: Scope, _ parts: ArraySlice<Part>) {
    let all = Array(parts)
    let depth = all.count > 1 ? all[all.count - 1].depth : nil
    let modality = all.dropFirst().dropLast(depth == nil ? 0 : 1)
    self.init(
      scope, all[0].text,
      modality: modality.isEmpty ? nil : modality.map(\.text).joined(separator: "."), depth: depth)
  }

  /// The parts of a text between its dots; at least one.
  static func parts(of text: String) -> [Part] {
    var parts = [Part("")]
    var isEscaped = false
    // By scalars: a mark that combines with a dot does not hide it.
    for scalar in text.unicodeScalars {
      if isEscaped || scalar != "\\" && scalar != "." {
        parts[parts.count - 1].text.unicodeScalars.append(scalar)
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
        parts[parts.count - 1].isName = true
      } else {
        parts.append(Part(""))
      }
    }
    return parts
  }
}

/// On disk it is a name inside `telemetry`: the key of an object.
extension MetricName: Codable, CodingKeyRepresentable {
  /// The key.
  public var codingKey: any CodingKey { AnyKey(stringValue: key) }

  /// The name that a key says.
  public init?(codingKey: some CodingKey) { self.init(.telemetry, key: codingKey.stringValue) }

  /// Reads a key.
  public init(from decoder: any Decoder) throws {
    self.init(.telemetry, key: try decoder.singleValueContainer().decode(String.self))
  }

  /// Writes the key.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(key)
  }
}
