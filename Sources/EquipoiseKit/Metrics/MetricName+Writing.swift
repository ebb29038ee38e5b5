// SPDX-License-Identifier: Apache-2.0
/// The one writer.
extension MetricName {
  /// The name in one text, such as `validation.modalities.audio.slice`.
  public var text: String {
    switch scope {
    case .telemetry: Self.telemetrySection + "." + key
    case .measurement: key
    case .run, .train, .validation, .test: keys.map(Self.escaped).joined(separator: ".")
    }
  }

  /// The name of a method's number inside its section, such as `score.audio.1`: the key in `telemetry`, or the
  /// tensor in `measurements`.
  public var key: String {
    // The last part would be a depth.
    let isLast = depth == nil
    let modality = modality.map { name in
      isLast && Part(name).depth != nil ? "\\" + name : Self.escaped(name)
    }
    return ([Self.escaped(what), modality, depth.map(String.init)] as [String?])
      .compactMap { $0 }.joined(separator: ".")
  }

  /// Where the number stands in a line of `metrics.jsonl`: the keys from the outermost.
  package var keys: [String] {
    switch scope {
    case .run: Self.sections(what)
    case .train: [Self.trainingPrefix + what.prefix(1).uppercased() + what.dropFirst()]
    case .validation, .test: [scope.rawValue] + scoreKeys
    case .telemetry: [Self.telemetrySection, key]
    case .measurement: [key]
    }
  }

  /// All parts as they are called, such as `telemetry`, `score`, `a.b`, `1`.
  package var parts: [String] {
    guard scope == .telemetry || scope == .measurement else { return keys }
    let own = ([what, modality, depth.map(String.init)] as [String?]).compactMap { $0 }
    return scope == .telemetry ? [Self.telemetrySection] + own : own
  }

  private var scoreKeys: [String] {
    guard let modality else { return Self.sections(what) }
    if what.hasPrefix(Self.patternSection + ".") {
      return [Self.patternSection, modality]
        + Self.sections(String(what.dropFirst(Self.patternSection.count + 1)))
    }
    return Self.setSections.contains(what)
      ? Self.sections(what) + [modality]
      : [Self.modalitySection, modality] + Self.sections(what)
  }

  static let telemetrySection = "telemetry"
  static let modalitySection = "modalities"
  /// The section whose keys are the sets of modalities that samples have.
  static let patternSection = "patterns"
  static let trainingPrefix = "train"
  /// Sections whose keys are modalities or sets of them.
  static let setSections = ["shapley.values", "shapley.accuracies"]

  private static func sections(_ what: String) -> [String] {
    what.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
  }

  private static func escaped(_ part: String) -> String {
    part.unicodeScalars.reduce(into: "") { text, scalar in
      if scalar == "\\" || scalar == "." { text += "\\" }
      text.unicodeScalars.append(scalar)
    }
  }
}

extension MetricName: Comparable {
  /// The order in a line of JSON.
  public static func < (left: MetricName, right: MetricName) -> Bool {
    left.keys.lexicographicallyPrecedes(right.keys)
  }
}
