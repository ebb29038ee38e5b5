// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// The parts of a dataset: what is learned from, what decides, what is reported.
public enum Split: String, CaseIterable, Codable, Sendable {
  /// What the model learns from.
  case train
  /// What model selection and tuning see.
  case validation
  /// What is only ever reported.
  case test
}

/// One file of a split.
public struct ShardDescription: Equatable, Sendable {
  /// The file's path, relative to the dataset's folder.
  public var file: String
  /// The number of samples in it.
  public var count: Int
  /// The SHA-256 of each tensor's bytes, in hexadecimal; `nil` where its author did not note them.
  public var sha256: [String: String]?

  /// A file with `count` samples.
  public init(file: String, count: Int, sha256: [String: String]? = nil) {
    self.file = file
    self.count = count
    self.sha256 = sha256
  }
}

/// The content of `dataset.json`: classes, modalities and files of a prepared dataset.
public struct DatasetDescription: Equatable, Sendable {
  /// The name of the file in the dataset's folder.
  public static let fileName = "dataset.json"
  static let format = "equipoise-dataset"
  static let version = 1

  /// The dataset's name.
  public var name: String
  /// The classes' names; a label is an index into them.
  public var classes: [String]
  /// The modalities by name.
  public var modalities: [String: ModalityDescription]
  /// The files of each split; a split that is absent is empty.
  public var splits: [Split: [ShardDescription]]
  /// Whatever else its author wants to note, such as how it was made.
  public var extra: [String: String]

  /// A description.
  ///
  /// - Parameters:
  ///   - name: The dataset's name.
  ///   - classes: The classes' names.
  ///   - modalities: The modalities by name.
  ///   - splits: The files of each split.
  ///   - extra: Notes.
  public init(
    name: String, classes: [String], modalities: [String: ModalityDescription],
    splits: [Split: [ShardDescription]] = [:], extra: [String: String] = [:]
  ) {
    self.name = name
    self.classes = classes
    self.modalities = modalities
    self.splits = splits
    self.extra = extra
  }
}

extension ShardDescription: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case file, count, sha256 }

  /// Reads a shard, refusing unknown keys.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.strictContainer(CodingKeys.self)
    file = try container.decode(String.self, forKey: .file)
    count = try container.decodeInteger(.count)
    sha256 = try container.decodeIfPresent([String: String].self, forKey: .sha256)
  }
}

extension DatasetDescription: Decodable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case format, version, name, classes, modalities, splits, extra
  }

  private enum SplitKeys: String, CodingKey, CaseIterable { case train, validation, test }

  /// Reads a description, refusing unknown keys, formats and versions.
  public init(from decoder: any Decoder) throws {
    // Before the keys: a later version may have others.
    try Self.checkVersion(decoder.container(keyedBy: CodingKeys.self))
    let container = try decoder.strictContainer(CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    classes = try container.decode([String].self, forKey: .classes)
    modalities = try container.decode([String: ModalityDescription].self, forKey: .modalities)
    let files = try container.superDecoder(forKey: .splits).strictContainer(SplitKeys.self)
    splits = [:]
    for split in Split.allCases {
      guard let key = SplitKeys(rawValue: split.rawValue) else { continue }
      let shards = try files.decodeIfPresent([ShardDescription].self, forKey: key) ?? []
      if !shards.isEmpty { splits[split] = shards }
    }
    extra = try container.decodeIfPresent([String: String].self, forKey: .extra) ?? [:]
  }

  private static func checkVersion(_ container: KeyedDecodingContainer<CodingKeys>) throws {
    let found = try container.decode(String.self, forKey: .format)
    guard found == format else {
      throw DescriptionProblem(at: [CodingKeys.format], "is '\(found)', not '\(format)'")
    }
    let number = try container.decodeInteger(.version)
    guard number == version else {
      throw DescriptionProblem(
        at: [CodingKeys.version], "is \(number), but this program reads version \(version)")
    }
  }
}
