// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseFormats
internal import Foundation

/// One opened file of a split; its arrays are views of the mapped file.
package struct Shard: Sendable {
  /// Names of tensors that are not modalities.
  static let reservedNames = ["label", "group", "id"]
  /// The tensor of a regression's numbers.
  static let targetName = "target"

  let split: Split
  let path: String
  let count: Int
  /// One array per modality, [N, shape…], in the dataset's order.
  package let inputs: [HostArray]
  /// The class of each sample; none where there is not one class each.
  let labels: [Int]
  /// The labels or numbers of each sample; nil in classification.
  let targets: TargetRows?
  let groups: [Int]?
  /// For each modality, in the order of `inputs`, the valid steps of each sample; nil where the file does not say.
  let lengths: [[Int]?]
  /// For each modality whether each sample has it; nil where the file does not say.
  let present: [[Bool]?]
  /// int64 [N], or uint8 [N, L]: UTF-8 text padded with zeros.
  private let ids: HostArray?
  let file: SafetensorsFile

  /// Maps the file and checks all of its tensors against the description.
  init(
    _ shard: ShardDescription, of split: Split, in folder: String,
    modalities: [DatasetModality], description: DatasetDescription
  ) throws {
    let path = folder + "/" + shard.file
    guard FileManager.default.fileExists(atPath: path) else {
      throw EquipoiseError(
        .data, "the file '\(shard.file)' of split '\(split.rawValue)' is missing", at: folder,
        fix: "prepare the dataset again")
    }
    let file = try SafetensorsFile(path: path)
    self.split = split
    self.path = path
    self.file = file
    count = shard.count
    inputs = try modalities.map {
      try Self.input($0, in: file, count: shard.count)
    }
    labels =
      description.task == .classification
      ? try Self.integers("label", in: file, count: shard.count) : []
    targets = try Self.targets(description, in: file, count: shard.count)
    groups =
      file.names.contains("group")
      ? try Self.integers("group", in: file, count: shard.count) : nil
    let presence = try Presence(description, in: file, count: shard.count)
    present = modalities.map { presence[$0.name] }
    lengths = try modalities.map {
      try Self.lengths($0, in: file, count: shard.count, present: presence[$0.name])
    }
    ids = file.names.contains("id") ? try Self.ids(in: file, count: shard.count) : nil
    try checkTokens(modalities)
    let classes = description.classes.count
    if let row = labels.firstIndex(where: { !(0..<classes).contains($0) }) {
      throw EquipoiseError(
        .data, "row \(row) has label \(labels[row]), outside 0..<\(classes)", at: path,
        fix: "correct the label or list its class in \(DatasetDescription.fileName)")
    }
  }

  /// Throws `FormatError` when the file has become shorter since it was opened.
  func checkWhole() throws { try file.checkWhole() }

  /// What the dataset's author calls the sample in a row, or nil.
  func id(ofRow row: Int) -> String? {
    guard let ids else { return nil }
    return ids.row(row).withUnsafeBytes { bytes in
      if ids.type == .int64 { return String(bytes.loadUnaligned(as: Int64.self)) }
      return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  private static func input(
    _ modality: DatasetModality, in file: SafetensorsFile, count: Int
  ) throws -> HostArray {
    guard file.names.contains(modality.name) else {
      throw EquipoiseError(
        .data, "holds no tensor '\(modality.name)'", at: file.path,
        fix: Nearest.hint(modality.name, in: file.names))
    }
    let array = try file.array(modality.name)
    let shape = [count] + modality.description.shape
    guard array.type == modality.description.type, array.shape == shape else {
      throw mismatch(
        modality.name, array, "\(modality.description.type.rawValue) \(shape)", file.path)
    }
    return array
  }

  /// Of several labels uint8 [N, K] of 0 and 1, of a regression float32 [N, T], or [N] where T is 1.
  private static func targets(
    _ description: DatasetDescription, in file: SafetensorsFile, count: Int
  ) throws -> TargetRows? {
    let width = description.outputs.count
    switch description.task {
    case .classification: return nil
    case .multilabel:
      let array = try file.array("label")
      guard array.type == .uint8, array.shape == [count, width] else {
        throw mismatch("label", array, "uint8 [\(count), \(width)]", file.path)
      }
      let rows = TargetRows(array.floats(), width: width)
      if let place = rows.values.firstIndex(where: { $0 > 1 }) {
        throw EquipoiseError(
          .data,
          "row \(place / width) has \(Int(rows.values[place])) for the label "
            + "'\(description.classes[place % width])', not 0 or 1", at: file.path,
          fix: "correct it")
      }
      return rows
    case .regression:
      let array = try file.array(targetName)
      guard array.type == .float32,
        array.shape == [count, width] || array.shape == [count] && width == 1
      else { throw mismatch(targetName, array, "float32 [\(count), \(width)]", file.path) }
      let rows = TargetRows(array.floats(), width: width)
      if let place = rows.values.indices.first(where: {
        !description.targets[$0 % width].accepts(rows.values[$0])
      }) {
        throw EquipoiseError(
          .data,
          "row \(place / width) has \(rows.values[place]) for the target "
            + description.targets[place % width].sentence, at: file.path,
          fix: "correct the number, or the range in \(DatasetDescription.fileName)")
      }
      return rows
    }
  }

  static func integers(
    _ name: String, in file: SafetensorsFile, count: Int
  ) throws -> [Int] {
    let array = try file.array(name)
    guard array.type == .int64, array.shape == [count] else {
      throw mismatch(name, array, "int64 [\(count)]", file.path)
    }
    return try array.int64s(named: name).map(Int.init)
  }

  private static func ids(in file: SafetensorsFile, count: Int) throws -> HostArray {
    let array = try file.array("id")
    let isNumber = array.type == .int64 && array.shape == [count]
    let isText = array.type == .uint8 && array.shape.count == 2 && array.shape[0] == count
    guard isNumber || isText else {
      throw mismatch("id", array, "int64 [\(count)] or uint8 [\(count), L]", file.path)
    }
    return array
  }

  static func mismatch(
    _ name: String, _ array: HostArray, _ expected: String, _ path: String
  ) -> EquipoiseError {
    EquipoiseError(
      .data, "tensor '\(name)' is \(array.description), but \(expected) is expected", at: path,
      fix: "correct \(DatasetDescription.fileName) or write the file again")
  }
}
