// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoisePreparation

/// Settings for making a dataset from array files and a table.
public struct ArraysOptions: ConfigurationSection {
  /// Settings for a known folder, which the other settings here beat.
  public var preset = ArraysPreset.none
  /// The dataset's name; nil takes the folder's.
  public var name: String?
  /// The table, with one row per sample in the order of the arrays; nil takes `meta.csv`.
  public var table: String?
  /// The table's column of classes: whole numbers from 0, or names. Rows in which it is empty are
  /// left out. Nil takes `label`.
  public var label: String?
  /// The table's column of splits; nil takes `split`.
  public var split: String?
  /// What the split column calls the splits; rows with other values are left out.
  public var splitValues = SplitValues()
  /// The table's column of samples' names; nil takes none.
  public var id: String?
  /// The table's column of groups, such as speakers; nil takes none.
  public var group: String?
  /// The classes' names in order; nil takes the numbers or, sorted, the names in the table.
  public var classes: [String]?
  /// The modalities; none stands for every npy file of the folder.
  public var modalities = NamedSections<ArrayModalityOptions>()
  /// Of the modalities, which to use; nil uses all.
  public var only: [String]?
  /// Whether training is to see each channel with the mean 0 and standard deviation 1 of the
  /// training split.
  public var standardise = true

  /// The defaults.
  public init() {}
}

/// One modality: an array whose first dimension counts the samples.
public struct ArrayModalityOptions: ConfigurationSection {
  /// The npy or npz file; nil takes the modality's name with `.npy`.
  public var file: String?
  /// The array's name in an npz file.
  public var key: String?
  /// `image`, `spectrogram`, `video`, `sequence` or `vector`; nil chooses by the number of
  /// dimensions: vector, sequence, image, video.
  public var kind: String?

  /// The defaults.
  public init() {}
}

/// Folders whose settings are known.
public enum ArraysPreset: String, ConfigurationChoice {
  /// None.
  case none
  /// CMU-MOSI at utterance level, negative or positive.
  case mosi2 = "cmu-mosi-2"
  /// CMU-MOSI at utterance level, seven steps of sentiment.
  case mosi7 = "cmu-mosi-7"
  /// UCI Multiple Features.
  case mfeat = "uci-mfeat"
}

extension ArraysOptions: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("classes", namesOf: classes)
    try path.check("only", namesOf: only)
    try splitValues.check(at: path.appending("splitValues"))
  }
}

extension ArraysOptions {
  /// With the preset's settings where nothing else is set.
  var resolved: ArraysOptions {
    var options = self
    switch preset {
    case .none: break
    case .mfeat: options.name = name ?? "uci-mfeat"
    case .mosi2, .mosi7:
      options.name = name ?? preset.rawValue
      options.label = label ?? (preset == .mosi2 ? "label2" : "label7")
      options.split = split ?? "split_published"
      options.id = id ?? "id"
      options.group = group ?? "video"
      options.classes =
        classes ?? (preset == .mosi2 ? ["negative", "positive"] : SentimentRule.sevenSteps)
    }
    options.table = options.table ?? "meta.csv"
    options.label = options.label ?? "label"
    options.split = options.split ?? "split"
    return options
  }

  /// What the user of the preset should know.
  var warning: String? {
    switch preset {
    case .mosi2, .mosi7:
      "the text vectors of CMU-MOSI come from a network that was trained with the labels of the "
        + "training split: text looks near perfect on any validation split carved from it, and only "
        + "the published test split is an honest measure of text and fusion"
    case .none, .mfeat: nil
    }
  }
}

extension ArraysOptions: PerModalityOptions {
  package mutating func addModality(named name: String) { modalities[name] = .init() }
}
