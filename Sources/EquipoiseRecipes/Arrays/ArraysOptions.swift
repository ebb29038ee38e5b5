// SPDX-License-Identifier: Apache-2.0
public import EquipoiseData
public import EquipoiseKit
public import EquipoiseSettings
internal import EquipoisePreparation

/// Settings for making a dataset from array files and a table.
public struct ArraysOptions: ConfigurationSection {
  /// Settings for a known folder, which the other settings here beat.
  public var preset = ArraysPreset.none
  /// The dataset's name; nil takes the folder's.
  public var name: String?
  /// The table, with one row per sample in the order of the arrays; nil takes `meta.csv`.
  public var table: String?
  /// What is learned: `classification`, `multilabel` or `regression`.
  public var task = LearningTask.classification
  /// The table's column of classes: whole numbers from 0, or names; of several labels lists such as `happy|loud`.
  /// Rows in which it is empty are left out. Nil takes `label`.
  public var label: String?
  /// Of several labels: a column of 1 and 0 for each; nil takes the lists of the column `label`.
  public var labels: [String]?
  /// Of a regression: the columns of its numbers; nil takes the column `target`, or the label's.
  public var targets: [String]?
  /// Of a regression: the least and the largest number that there can be; nil sets no limit.
  public var range: [Double]?
  /// Of a regression: what its numbers are measured in.
  public var unit: String?
  /// Of a regression: whether its numbers are sentiment from −3 to 3, which has scores of its own; nil goes by name and
  /// range.
  public var sentiment: Bool?
  /// The table's column of splits; nil takes `split`, and where there is none assigns samples by `testShare` and
  /// `validationShare`.
  public var split: String?
  /// Where there are no splits: the share for test, by class and in whole groups.
  public var testShare = 0.2
  /// Where there are no splits: the share for validation; 0 lets training carve its own.
  public var validationShare = 0.0
  /// Where there are no splits: decides which samples go to which.
  public var seed = 0
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
  /// What becomes of samples with numbers that are not there, or not finite: `refuse`, `zero`, `mean` (of the channel
  /// over the training split), `drop`, or `absent`: the sample lacks the modality.
  public var missingValues = MissingValues.refuse
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
  /// The npy file that says with 1 and 0 which samples have the modality; nil takes the modality's name with
  /// `.present.npy` where there is such a file.
  public var present: String?

  /// The defaults.
  public init() {}
}

/// What becomes of samples with numbers that are not finite.
public enum MissingValues: String, ConfigurationChoice {
  /// They are an error.
  case refuse
  /// Such numbers become 0.
  case zero
  /// Such numbers become the mean of their channel's finite numbers in the training split.
  case mean
  /// Such samples are left out.
  case drop
  /// Such samples lack the modality.
  case absent
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

extension ArraysOptions: AnswerSettings {}

extension ArraysOptions: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("classes", namesOf: classes)
    try path.check("only", namesOf: only)
    try path.check("testShare", testShare, .from(0..<1))
    try path.check("validationShare", validationShare, .from(0..<1))
    try path.check(
      "validationShare", testShare + validationShare < 1, found: .double(validationShare),
      expected: "a number that leaves some samples for training")
    try path.check("seed", seed, .seed)
    try checkAnswers(at: path)
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
