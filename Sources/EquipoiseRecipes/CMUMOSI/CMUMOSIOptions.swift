// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit
public import EquipoiseSettings
internal import EquipoiseData
internal import EquipoiseFormats

/// Settings of CMU-MOSI as series.
public struct CMUMOSIOptions: ConfigurationSection {
  /// What is learned: `classification`, of the classes that `labels` makes, or `regression` of the sentiment itself,
  /// from −3 to 3.
  public var task = LearningTask.classification
  /// How a sentiment becomes a class: `positive` (MultiBench: above 0), `non-negative`
  /// (BalanceBenchmark: 0 and above), `without-neutral`, `3-class` or `7-class`.
  public var labels = SentimentRule.positive
  /// Which of `text`, `audio` and `video` to use.
  public var modalities = ["audio", "text", "video"]
  /// Time steps of every modality, from the first: longer series are cut, shorter ones end in zeros. Nil
  /// keeps each modality's own, which is 50 in MultiBench's files.
  public var length: Int?
  /// Whether the dataset notes how many steps of each series there are; without, the zeros behind them count as data, as
  /// they do in MultiBench.
  public var lengths = false
  /// Whether training is to see each channel with the mean 0 and standard deviation 1 of the training
  /// split.
  public var standardise = true

  /// The defaults.
  public init() {}
}

extension CMUMOSIOptions: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    let known = ["audio", "text", "video"]
    for (index, name) in modalities.enumerated() where !known.contains(name) {
      let place = path.appending("modalities").appending(index: index)
      throw ConfigIssue(at: place, "\(place) is '\(name)'", fix: Nearest.hint(name, in: known))
    }
    try path.check(
      "modalities", !modalities.isEmpty && Set(modalities).count == modalities.count,
      found: .sequence([]), expected: "at least one modality, each once")
    try path.check(
      "task", task != .multilabel, found: .string(task.rawValue),
      expected: "classification or regression: an utterance has one sentiment")
    if let length { try path.check("length", length, .from(1..<10_001)) }
  }

  /// The same files as the recipe for arrays sees them.
  var arrays: ArraysOptions {
    var options = ArraysOptions()
    options.label = "score"
    if task == .regression {
      options.task = .regression
      (options.targets, options.range, options.unit) = (["score"], [-3, 3], "points")
    }
    options.id = "id"
    options.group = "video"
    // The text is read in any case: where it is empty, the utterance is left out.
    var sections: [String: ArrayModalityOptions] = [:]
    for name in Set(modalities + ["text"]) {
      var section = ArrayModalityOptions()
      section.file = "cmu-mosi.npz"
      section.key = name
      section.kind = ModalityKind.sequence.rawValue
      sections[name] = section
    }
    options.modalities = NamedSections(sections)
    return options.resolved
  }
}
