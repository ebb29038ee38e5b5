// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit

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

/// One number that a regression predicts.
public struct TargetDescription: Equatable, Sendable {
  /// What it is called.
  public var name: String
  /// What it is measured in.
  public var unit: String?
  /// The least and the largest value that it can have.
  public var range: ClosedRange<Double>?
  /// Whether it is sentiment from −3 to 3, as in CMU-MOSI, whose scores have names of their own. Where nothing is said,
  /// as in files of former versions, it is if the name has the word and the range is this.
  public var sentiment: Bool?

  /// A target.
  public init(
    name: String, unit: String? = nil, range: ClosedRange<Double>? = nil, sentiment: Bool? = nil
  ) {
    (self.name, self.unit, self.range, self.sentiment) = (name, unit, range, sentiment)
  }

  /// Whether it is sentiment, by its own word or else by its name and range.
  package var isSentiment: Bool { sentiment ?? (range == -3...3 && name.contains("sentiment")) }

  /// Whether a number can be one of this target's.
  package func accepts(_ value: Float) -> Bool {
    value.isFinite && range?.contains(Double(value)) ?? true
  }

  /// Name and range for messages.
  package var sentence: String {
    "'\(name)'" + (range.map { ", whose range is \($0.lowerBound) to \($0.upperBound)" } ?? "")
  }
}

/// The content of `dataset.json`: task, classes, modalities and files of a prepared dataset.
public struct DatasetDescription: Equatable, Sendable {
  /// The name of the file in the dataset's folder.
  public static let fileName = "dataset.json"
  /// The file beside it that tells how raw files became arrays.
  package static let mediaRecordName = "media.json"
  static let format = "equipoise-dataset"
  /// What is written; version 1 knew classification alone and had no key `task`.
  static let version = 2

  /// The dataset's name.
  public var name: String
  /// What is to be learned.
  public var task: LearningTask
  /// The classes' names, into which a label is an index; of several labels the labels' names; of a regression none.
  public var classes: [String]
  /// What a regression predicts; empty for other tasks.
  public var targets: [TargetDescription]
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
  ///   - task: What is to be learned.
  ///   - targets: What a regression predicts.
  public init(
    name: String, classes: [String], modalities: [String: ModalityDescription],
    splits: [Split: [ShardDescription]] = [:], extra: [String: String] = [:],
    task: LearningTask = .classification, targets: [TargetDescription] = []
  ) {
    self.name = name
    self.task = task
    self.classes = classes
    self.targets = targets
    self.modalities = modalities
    self.splits = splits
    self.extra = extra
  }
}

extension DatasetDescription {
  /// Whether it is a regression of sentiment alone, whose scores have names of their own.
  package var isSentiment: Bool { task == .regression && targets.allSatisfy(\.isSentiment) }

  /// What each number that a model puts out stands for: a class, a label or a target.
  public var outputs: [String] { task == .regression ? targets.map(\.name) : classes }
}

extension TargetDescription: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable { case name, unit, range, sentiment }

  /// Reads a target, refusing unknown keys.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.strictContainer(CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    unit = try container.decodeIfPresent(String.self, forKey: .unit)
    sentiment = try container.decodeIfPresent(Bool.self, forKey: .sentiment)
    let ends = try container.decodeIfPresent([Double].self, forKey: .range)
    range = try ends.map { ends in
      guard ends.count == 2, ends[0] < ends[1], ends.allSatisfy(\.isFinite) else {
        throw DescriptionProblem(
          at: container.codingPath + [CodingKeys.range], "is not two numbers, the smaller first")
      }
      return ends[0]...ends[1]
    }
  }

  /// Writes a target, without what is not known.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encodeIfPresent(unit, forKey: .unit)
    try container.encodeIfPresent(sentiment, forKey: .sentiment)
    try container.encodeIfPresent(range.map { [$0.lowerBound, $0.upperBound] }, forKey: .range)
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
    case format, version, name, task, classes, targets, modalities, splits, extra
  }

  private enum SplitKeys: String, CodingKey, CaseIterable { case train, validation, test }

  /// Reads a description, refusing unknown keys, formats and versions.
  public init(from decoder: any Decoder) throws {
    // Before the keys: a later version may have others.
    let version = try Self.foundVersion(decoder.container(keyedBy: CodingKeys.self))
    let container = try decoder.strictContainer(CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    task = version == 1 ? .classification : try container.decodeChoice(.task)
    let isRegression = task == .regression
    classes = isRegression ? [] : try container.decode([String].self, forKey: .classes)
    targets = isRegression ? try container.decode([TargetDescription].self, forKey: .targets) : []
    for key in [CodingKeys.task, isRegression ? .classes : .targets]
    where container.contains(key) && (key != .task || version == 1) {
      throw DescriptionProblem(
        at: [key],
        key == .task ? "is not in version 1: say version 2" : "is not for the task \(task.rawValue)"
      )
    }
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

  private static func foundVersion(_ container: KeyedDecodingContainer<CodingKeys>) throws -> Int {
    let found = try container.decode(String.self, forKey: .format)
    guard found == format else {
      throw DescriptionProblem(at: [CodingKeys.format], "is '\(found)', not '\(format)'")
    }
    let number = try container.decodeInteger(.version)
    guard (1...version).contains(number) else {
      throw DescriptionProblem(
        at: [CodingKeys.version], "is \(number), but this program reads versions 1 to \(version)")
    }
    return number
  }
}
