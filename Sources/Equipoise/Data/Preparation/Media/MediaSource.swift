internal import Formats

/// A list of raw samples and what is to be made of them.
struct MediaSource: Sendable {
  /// The dataset's name.
  var name: String
  /// The folder that no file leads out of.
  var folder: MediaFolder
  /// The classes' names.
  var classes: [String]
  /// The modalities, in alphabetical order of their names.
  var modalities: [MediaModality]
  /// The samples, in the order of the list.
  var samples: [RawSample]
  /// What the published lists hold, for splits of which that is known.
  var expected: [Split: Int] = [:]
  /// Whether samples with missing files and other numbers than the published ones are refused.
  var expectCounts = true
  /// Notes for `dataset.json`.
  var extra: [String: String] = [:]
  /// What the user should know.
  var notes: [String] = []

  /// What is left of a list that cannot be read.
  static func none(in input: String) throws -> MediaSource {
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
        uniqueKeysWithValues: modalities.map { ($0.name, $0.feature.description) })
    ).check(at: folder.path)
  }
}

/// One sample of a list.
struct RawSample: Sendable {
  /// What it is called.
  var id: String
  var split: Split
  /// The index of its class.
  var label: Int
  /// Its speaker or the like.
  var group: String?
  /// For each modality the files as the list names them: one, or two folders for flow.
  var files: [[String]]
  /// Where it was read, such as `manifest.csv:12`, for messages.
  var place: String
}

/// One modality of raw samples.
struct MediaModality: Sendable {
  let name: String
  let feature: any MediaFeature
  /// Whether training is to see the mean 0 and standard deviation 1 of the training split.
  var standardised = false

  /// The array of one sample, which depends on its name where something is drawn. Throws as `feature`.
  func array(
    _ files: [String], of id: String, by decoder: any MediaDecoding
  ) throws -> HostArray {
    var stream = RandomStream(seed: 0, "media", name, id)
    return try feature(files, of: id, by: decoder, &stream)
  }
}

/// How the files of a modality become an array.
protocol MediaFeature: Sendable {
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
