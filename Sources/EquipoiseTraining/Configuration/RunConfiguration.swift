// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseModels
public import EquipoiseData
public import EquipoiseMethods
import EquipoiseFormats

/// Everything that decides a training run; saved with it as `config.yaml`.
public struct RunConfiguration: ConfigurationSection {
  /// The folder of the prepared dataset.
  public var data = ""
  /// The modalities to use, a subset of the dataset's; nil uses all of them.
  public var modalities: [String]?
  /// Encoders and fusion.
  public var model = ModelConfiguration()
  /// The balancing method and its settings.
  public var method = MethodSection()
  /// Epochs, batches, optimiser and schedule.
  public var training = TrainingConfiguration()
  /// Random changes to training samples, per modality; none by default.
  public var augmentation = NamedSections<AugmentationConfiguration>()
  /// Validation, model selection and what is measured.
  public var evaluation = EvaluationConfiguration()
  /// Device, threads, seed, loader and checkpoints: how it runs rather than what is learned.
  public var runtime = RuntimeConfiguration()

  /// The defaults.
  public init() {}
}

extension RunConfiguration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check(
      "modalities", modalities?.isEmpty != true, found: .sequence([]),
      expected: "at least one name, or null for all modalities")
    try model.check(at: path.appending("model"))
    try method.check(at: path.appending("method"))
    try training.check(at: path.appending("training"))
    for name in augmentation.names {
      try augmentation[name]?.check(at: path.appending("augmentation").appending(name))
    }
    try evaluation.check(at: path.appending("evaluation"))
    try runtime.check(at: path.appending("runtime"))
  }

  /// Throws unless every modality that the configuration names is in the dataset.
  ///
  /// - Parameters:
  ///   - names: The dataset's modalities.
  ///   - dataset: The dataset's name, for the message.
  /// - Throws: `EquipoiseError` naming the key path, the modality and the nearest valid one.
  public func checkModalities(_ names: [String], of dataset: String) throws {
    let selected = (modalities ?? []).enumerated().map { ("modalities[\($0)]", $1) }
    let encoders = model.encoders.names.map { ("model.encoders.\($0)", $0) }
    let augmented = augmentation.names.map { ("augmentation.\($0)", $0) }
    for (path, name) in selected + encoders + augmented where !names.contains(name) {
      throw EquipoiseError(
        .configuration, "dataset '\(dataset)' has no modality '\(name)'", at: path,
        fix: Nearest.hint(name, in: names))
    }
  }
}

extension RunConfiguration {
  /// Checks that a configuration with a method has a key.
  ///
  /// - Parameters:
  ///   - key: its path with dots.
  ///   - method: the method's name.
  ///   - table: what its sections may choose from.
  ///   - place: what to name in the message.
  /// - Throws: `EquipoiseError` with the key that may have been meant.
  package static func checkKey(
    _ key: String, method: String, table: SectionTable, at place: String
  ) throws {
    let chosen = ConfigAssignment(
      ConfigPath(dotted: "method.name"), .string(method), from: .set)
    let path = ConfigPath(dotted: key)
    do {
      let resolver = ConfigResolver<RunConfiguration>(table: table)
      // Any other problem has its own place and time.
      try resolver.checkKey(path, after: [chosen])
    } catch let issue as ConfigIssue {
      throw issue.located(at: place)
    }
  }

  /// The configuration from a file, flags and settings in text, each beating the one before.
  ///
  /// - Parameters:
  ///   - file: The path of a YAML file, or nil for none.
  ///   - flags: What flags of the command line set.
  ///   - sets: Settings in text, each `KEY.PATH=VALUE`.
  ///   - table: what its sections may choose from.
  ///   - needsData: Whether a configuration without a dataset is refused.
  /// - Returns: The configuration and who set what.
  /// - Throws: `EquipoiseError` for a file that cannot be read, an unknown key or method, a value
  ///   of the wrong type or out of range.
  package static func resolve(
    file: String? = nil, flags: [ConfigAssignment] = [], sets: [String] = [],
    table: SectionTable, needsData: Bool = true
  ) throws -> ResolvedConfig<RunConfiguration> {
    let assignments =
      try file.map { FormerConfiguration.translated(try YAMLReader.read(file: $0)) } ?? []
    return try resolve(
      assignments + flags + sets.flatMap(ConfigAssignment.parse(set:)), table: table,
      needsData: needsData)
  }

  /// The configuration after assignments, of which a later one beats an earlier one.
  static func resolve(
    _ assignments: [ConfigAssignment], table: SectionTable, needsData: Bool
  ) throws -> ResolvedConfig<RunConfiguration> {
    let resolved = try ConfigResolver<RunConfiguration>(table: table).resolve(assignments)
      .validated()
    if needsData, resolved.configuration.data.isEmpty {
      throw EquipoiseError(
        .configuration, "no dataset is given", fix: "add \(.setting("data=DIR")) or 'data: DIR'")
    }
    return resolved
  }

  /// The same for what a catalogue holds.
  package static func resolve(
    file: String? = nil, flags: [ConfigAssignment] = [], sets: [String] = [],
    catalogue: RunCatalogue, needsData: Bool = true
  ) throws -> ResolvedConfig<RunConfiguration> {
    try resolve(
      file: file, flags: flags, sets: sets, table: catalogue.table(), needsData: needsData)
  }
}
