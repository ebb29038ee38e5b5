// SPDX-License-Identifier: Apache-2.0
public import EquipoiseFeatures
public import EquipoiseData
public import EquipoiseKit
public import EquipoiseSettings

/// Settings for anyone's own media: a manifest with a path for each modality, or a folder for each class.
public struct ManifestOptions: ConfigurationSection {
  /// The dataset's name; nil takes the folder's.
  public var name: String?
  /// The table, CSV or JSONL; nil takes `manifest.csv` or `manifest.jsonl`, and without them the folders
  /// CLASS, or SPLIT/CLASS, as classes.
  public var manifest: String?
  /// The folder of the table's files, which none may lead out of; nil takes the table's own.
  public var root: String?
  /// Without a table: what each level of folders is, from the top: `split`, `modality`, `class`, `group` or
  /// `other`; nil tells by their names and depth.
  public var levels: [FolderLevel]?
  /// Without a table: folders and files, by name or path below the input, that are left out.
  public var skip: [String] = []
  /// The column of samples' names; without it they are numbered.
  public var id = "id"
  /// The column of splits; without it samples are assigned by `testShare` and `validationShare`.
  public var split = "split"
  /// What is learned: `classification`, or by a table's columns `multilabel` or `regression`.
  public var task = LearningTask.classification
  /// The column of classes; of several labels of lists such as `happy|loud`.
  public var label = "label"
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
  /// The column of groups, such as speakers; it may be absent.
  public var group = "group"
  /// What the split column, or the folders, call the splits.
  public var splitValues = SplitValues()
  /// The classes' names in order; nil takes those in the table, sorted.
  public var classes: [String]?
  /// How the columns named are read. All other columns of the table are modalities too.
  public var modalities = NamedSections<FeatureSection>()
  /// Of the modalities, which to use; nil uses all.
  public var only: [String]?
  /// Where there are no splits: the share for test, by class and in whole groups.
  public var testShare = 0.2
  /// Where there are no splits: the share for validation; 0 lets training carve its own.
  public var validationShare = 0.0
  /// Where there are no splits: whether samples of one group, such as a speaker, stay in one split.
  public var keepGroups = true
  /// Decides which samples go to which split.
  public var seed = 0
  /// What becomes of samples without a file of some modality, whose cell is empty or names nothing: `refuse`; `absent`,
  /// the sample lacks the modality; `drop`, it is left out.
  public var missing = MissingFiles.refuse
  /// Whether what is missing or cannot be read stops the run; otherwise those samples are left out and
  /// named.
  public var expectCounts = true

  /// The defaults.
  public init() {}
}

/// What becomes of samples without a file of some modality.
public enum MissingFiles: String, ConfigurationChoice {
  /// They are an error.
  case refuse
  /// Such samples lack the modality.
  case absent
  /// Such samples are left out.
  case drop
}

extension ManifestOptions: AnswerSettings {}

extension ManifestOptions: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("classes", namesOf: classes)
    try path.check("only", namesOf: only)
    try splitValues.check(at: path.appending("splitValues"))
    try path.check("testShare", testShare, .within(0...0.9))
    try path.check("validationShare", validationShare, .within(0...0.9))
    try path.check(
      "validationShare", testShare + validationShare < 1, found: .double(validationShare),
      expected: "less than is left by testShare \(testShare)")
    try checkAnswers(at: path)
    for name in modalities.names {
      try modalities[name]?.check(at: path.appending("modalities").appending(name))
    }
  }
}
