// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats

/// Some samples of a dataset, in order; nothing of the modalities is read yet.
public struct Samples: Sendable {
  /// Where a sample lies.
  package struct Location: Sendable {
    package let shard: Int32
    package let row: Int32
  }

  /// The split that the samples belong to.
  public let split: Split
  /// The modalities in the order of a batch's inputs.
  public let modalities: [DatasetModality]
  /// The class of each sample; none where the task is not classification.
  public let labels: [Int]
  /// The labels or numbers of each sample; nil in classification.
  public let targets: TargetRows?
  /// The group (speaker, subject) of each sample; nil when the dataset has none.
  public let groups: [Int]?
  /// For each modality the valid steps of each sample; nil where all have those of the shape. Of a sample that lacks
  /// the modality, one.
  public let lengths: [[Int]?]
  /// For each modality whether each sample has it; nil where all have.
  public let present: [[Bool]?]
  /// How many samples of the files have none of these modalities, and are not among these samples.
  public let leftOut: Int
  package let shards: [Shard]
  package let locations: [Location]

  /// The number of samples.
  public var count: Int { locations.count }

  init(split: Split, modalities: [DatasetModality], shards: [Shard], folder: String) throws {
    let groups = shards.compactMap(\.groups)
    guard groups.isEmpty || groups.count == shards.count else {
      throw Self.uneven("group", split, folder)
    }
    let rows = shards.compactMap(\.targets)
    let present = try RaggedRows.joined(shards, modalities, of: folder, RaggedNames.present) {
      $0.present[$1]
    } filledWith: { _ in
      true
    }
    let all = Samples(
      split: split, modalities: modalities, shards: shards, labels: shards.flatMap(\.labels),
      targets: rows.first.map { TargetRows(rows.flatMap(\.values), width: $0.width) },
      groups: groups.isEmpty ? nil : groups.flatMap { $0 },
      lengths: try RaggedRows.joined(shards, modalities, of: folder, RaggedNames.length) {
        $0.lengths[$1]
      } filledWith: {
        modalities[$0].description.shape[0]
      }, present: present,
      locations: shards.enumerated().flatMap { index, shard in
        (0..<shard.count).map { Location(shard: Int32(index), row: Int32($0)) }
      })
    // Of modalities that are not in use it may have some: a sample that has none in use says nothing.
    let used = all.locations.indices.filter { row in
      modalities.indices.contains { all.has($0, sample: row) }
    }
    self = used.count == all.count ? all : Samples(all, at: used, as: split, leavingOut: true)
  }

  private init(
    split: Split, modalities: [DatasetModality], shards: [Shard], labels: [Int],
    targets: TargetRows?, groups: [Int]?, lengths: [[Int]?], present: [[Bool]?],
    locations: [Location]
  ) {
    (self.split, self.modalities, self.shards) = (split, modalities, shards)
    (self.labels, self.targets, self.groups) = (labels, targets, groups)
    (self.lengths, self.present, self.locations, leftOut) = (lengths, present, locations, 0)
  }

  /// What to say where only some files of a split have a tensor.
  static func uneven(_ tensor: String, _ split: Split, _ folder: String) -> EquipoiseError {
    EquipoiseError(
      .data, "some files of split '\(split.rawValue)' have the tensor '\(tensor)', others do not",
      at: folder, fix: "write it to all of them or to none")
  }

  private init(
    _ samples: Samples, at indices: [Int], as split: Split, leavingOut: Bool = false
  ) {
    leftOut = leavingOut ? samples.count - indices.count : samples.leftOut
    lengths = samples.lengths.map { lengths in lengths.map { own in indices.map { own[$0] } } }
    present = samples.present.map { present in present.map { own in indices.map { own[$0] } } }
    self.split = split
    modalities = samples.modalities
    shards = samples.shards
    labels = samples.targets == nil ? indices.map { samples.labels[$0] } : []
    targets = samples.targets?.rows(indices)
    groups = samples.groups.map { groups in indices.map { groups[$0] } }
    locations = indices.map { samples.locations[$0] }
  }

  /// The samples at `indices`, in that order, for use as `split` (by default the same one).
  public func subset(_ indices: [Int], as split: Split? = nil) -> Samples {
    Samples(self, at: indices, as: split ?? self.split)
  }

  /// The name of a sample: the dataset's `id`, or file and row.
  public func id(of index: Int) -> String {
    let location = locations[index]
    let shard = shards[Int(location.shard)]
    return shard.id(ofRow: Int(location.row)) ?? "\(shard.path):\(location.row)"
  }

  /// What is right for the samples at `indices`: int64 [B], or of several labels and of numbers float32 [B, K].
  func answers(_ indices: [Int]) -> HostArray {
    guard let targets else {
      return HostArray(int64s: indices.map { Int64(labels[$0]) }, shape: [indices.count])
    }
    return HostArray(
      floats: targets.rows(indices).values, shape: [indices.count, targets.width])
  }

  /// The number of samples of each class, or that have each label; empty in a regression.
  package func counts(of description: DatasetDescription) -> [Int] {
    switch description.task {
    case .classification: classCounts(description.classes.count)
    // A split without files has no columns.
    case .multilabel:
      targets?.columns.map { $0.count { $0 == 1 } } ?? description.classes.map { _ in 0 }
    case .regression: []
    }
  }

  /// The number of samples of each of `classes` classes.
  public func classCounts(_ classes: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: classes)
    for label in labels { counts[label] += 1 }
    return counts
  }
}
