// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFeatures
public import EquipoiseKit
public import EquipoiseData
internal import EquipoiseFormats

/// A list of raw samples and what is to be made of them.
///
/// ```swift
/// MediaSource(
///   name: "notes", folder: folder, classes: ["good", "bad"],
///   modalities: [try MediaModality(name: "words", feature: Words())], samples: samples)
/// ```
public struct MediaSource: Sendable {
  /// The dataset's name.
  public var name: String
  /// The folder that no file leads out of.
  public var folder: MediaFolder
  /// What is learned.
  public var task = LearningTask.classification
  /// The classes' or labels' names; empty in a regression.
  public var classes: [String]
  /// What a regression predicts.
  public var targets: [TargetDescription] = []
  /// The modalities, in alphabetical order of their names.
  public var modalities: [MediaModality]
  /// The samples, in the order of the list.
  public var samples: [RawSample]
  /// What the published lists hold, for splits of which that is known.
  public var expected: [Split: Int] = [:]
  /// Whether samples with missing files and other numbers than the published ones are refused.
  public var expectCounts = true
  /// Whether samples may lack modalities: those of which they have no files, or none of the files that are named is
  /// there.
  public var allowsMissing = false
  /// Notes for `dataset.json`.
  public var extra: [String: String] = [:]
  /// What the user should know.
  public var notes: [String] = []

  /// A list for classification; ``task`` and ``targets`` say otherwise.
  ///
  /// - Parameters:
  ///   - name: the dataset's name.
  ///   - folder: what no file leads out of.
  ///   - classes: their names; a sample's label is a place among them.
  ///   - modalities: in alphabetical order of their names.
  ///   - samples: with the files of each modality, in that order.
  ///   - expected: how many samples a split has to have.
  ///   - expectCounts: whether missing files and other counts are refused; else such samples are left out.
  ///   - extra: notes for `dataset.json`.
  ///   - notes: what the user should know.
  public init(
    name: String, folder: MediaFolder, classes: [String], modalities: [MediaModality],
    samples: [RawSample], expected: [Split: Int] = [:], expectCounts: Bool = true,
    extra: [String: String] = [:], notes: [String] = []
  ) {
    self.name = name
    self.folder = folder
    self.classes = classes
    self.modalities = modalities
    self.samples = samples
    self.expected = expected
    self.expectCounts = expectCounts
    self.extra = extra
    self.notes = notes
  }

  /// What is left of a list that cannot be read.
  package static func none(in input: String) throws -> MediaSource {
    let folder = FileSystem.isFolder(input) ? input : FileSystem.folder(of: input)
    return MediaSource(
      name: "", folder: try MediaFolder(FileSystem.isFolder(folder) ? folder : "/"), classes: [],
      modalities: [], samples: [])
  }
}

extension MediaSource {
  /// Throws `EquipoiseError` where a recipe's samples are not such as it says its modalities and classes are.
  func checkSamples() throws {
    let names = modalities.map(\.name)
    guard names == names.sorted() else {
      throw EquipoiseError(
        .data, "the modalities \(names.joined(separator: ", ")) are not in alphabetical order",
        at: folder.path, fix: "correct the recipe")
    }
    for sample in samples {
      guard sample.files.count == names.count,
        allowsMissing || sample.files.allSatisfy({ !$0.isEmpty })
      else {
        throw EquipoiseError(
          .data,
          "sample '\(sample.id)' does not have files of each of \(names.joined(separator: ", "))",
          at: sample.place, fix: "correct the recipe")
      }
      guard task != .classification || classes.indices.contains(sample.label) else {
        throw EquipoiseError(
          .data,
          "sample '\(sample.id)' is of class \(sample.label), and there are \(classes.count)",
          at: sample.place, fix: "correct the recipe")
      }
    }
  }

  /// Throws `EquipoiseError` where no dataset could be written of it: before anything is decoded.
  func check() throws {
    let names = modalities.map(\.name)
    try ModalityNames.check(names, at: folder.path, renaming: "it")
    try DatasetDescription(
      name: name, classes: classes,
      modalities: Dictionary(
        uniqueKeysWithValues: modalities.map { ($0.name, $0.feature.description) }),
      task: task, targets: targets
    ).check(at: folder.path)
  }
}

/// One sample of a list.
public struct RawSample: GroupedSample, Sendable {
  /// What it is called.
  public var id: String
  /// Which split it is in.
  public var split: Split
  /// The index of its class; 0 where the task is another one.
  public var label: Int
  /// Its labels, 1 or 0 each, or its numbers; nil in classification.
  public var targets: [Float]?
  /// Its speaker or the like.
  public var group: String?
  /// For each modality the files as the list names them, below the list's folder or absolute: one, or two
  /// folders for flow.
  public var files: [[String]]
  /// Where it was read, such as `manifest.csv:12`, for messages.
  public var place: String

  /// A sample.
  ///
  /// - Parameters:
  ///   - id: what it is called; no two have one name.
  ///   - split: which split it is in.
  ///   - label: the place of its class in the source's list.
  ///   - group: its speaker or the like.
  ///   - files: for each modality of the source its files, below the folder or absolute.
  ///   - place: where it was read, for messages.
  public init(
    id: String, split: Split, label: Int, group: String? = nil, files: [[String]], place: String
  ) {
    self.id = id
    self.split = split
    self.label = label
    self.group = group
    self.files = files
    self.place = place
  }
}
