// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
package import EquipoiseMedia
package import EquipoiseData
package import EquipoiseFormats

/// A list of raw samples and what is to be made of them.
package struct MediaSource: Sendable {
  /// The dataset's name.
  var name: String
  /// The folder that no file leads out of.
  package var folder: MediaFolder
  /// What is learned.
  package var task = LearningTask.classification
  /// The classes' or labels' names; empty in a regression.
  package var classes: [String]
  /// What a regression predicts.
  package var targets: [TargetDescription] = []
  /// The modalities, in alphabetical order of their names.
  package var modalities: [MediaModality]
  /// The samples, in the order of the list.
  package var samples: [RawSample]
  /// What the published lists hold, for splits of which that is known.
  var expected: [Split: Int] = [:]
  /// Whether samples with missing files and other numbers than the published ones are refused.
  var expectCounts = true
  /// Notes for `dataset.json`.
  var extra: [String: String] = [:]
  /// What the user should know.
  package var notes: [String] = []

  package init(
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
package struct RawSample: GroupedSample, Sendable {
  /// What it is called.
  package var id: String
  package var split: Split
  /// The index of its class; 0 where the task is another one.
  package var label: Int
  /// Its labels, 1 or 0 each, or its numbers; nil in classification.
  package var targets: [Float]?
  /// Its speaker or the like.
  package var group: String?
  /// For each modality the files as the list names them, below the list's folder or absolute: one, or two
  /// folders for flow.
  package var files: [[String]]
  /// Where it was read, such as `manifest.csv:12`, for messages.
  package var place: String

  package init(
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

/// One modality of raw samples.
package struct MediaModality: Sendable {
  package let name: String
  package let feature: any MediaFeature
  /// Whether training is to see the mean 0 and standard deviation 1 of the training split.
  var standardised = false

  package init(name: String, feature: any MediaFeature, standardised: Bool = false) {
    self.name = name
    self.feature = feature
    self.standardised = standardised
  }

  /// The array of one sample, which depends on its name where something is drawn. Throws as `feature`.
  package func array(
    _ files: [String], of id: String, by decoder: any MediaDecoding
  ) throws -> HostArray {
    var stream = RandomStream(seed: 0, "media", name, id)
    return try feature(files, of: id, by: decoder, &stream)
  }
}

/// How the files of a modality become an array.
package protocol MediaFeature: Sendable {
  /// What a dataset says of it.
  var description: ModalityDescription { get }
  /// All settings that the result depends on: with others it is made again.
  var record: FeatureRecord { get }

  /// The array of one sample.
  ///
  /// - Parameters:
  ///   - files: paths that exist.
  ///   - id: the sample's name, for the error.
  ///   - media: decodes them.
  ///   - stream: random numbers of this sample and modality.
  /// - Returns: an array of the stated type and shape.
  /// - Throws: `EquipoiseError` or `FormatError` for a corrupt file.
  func callAsFunction(
    _ files: [String], of id: String, by media: any MediaDecoding, _ stream: inout RandomStream
  ) throws -> HostArray
}
