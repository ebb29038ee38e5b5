// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseData
internal import EquipoisePreparation
package import EquipoiseTraining
internal import EquipoiseFormats

/// One npy or npz file for each modality: a sample in the prepared shape, or N of them along a first axis.
/// Where the run's samples have lengths of their own, a file may have fewer steps: they are the length of its samples.
/// The files are mapped, and only the batch at hand is read.
package struct ArrayPredictionSource: PredictionSource {
  package let modalities: [DatasetModality]
  package let count: Int
  private let arrays: [HostArray]
  private let paths: [String]
  /// The length of a file's samples, where it is less than the training data's.
  private let steps: [Int?]

  /// Opens the files.
  ///
  /// - Parameters:
  ///   - files: npy files by modality.
  ///   - run: what was trained; its shapes and types are expected and its normalisation is used.
  /// - Throws: `EquipoiseError` or `FormatError` naming the file that does not fit.
  package init(_ files: [(modality: String, path: String)], for run: RunParts) throws {
    let given = try Self.byModality(files, for: run)
    modalities = run.dataset.modalities.filter { given[$0.name] != nil }
    paths = modalities.compactMap { given[$0.name] }
    let varying = run.modalitiesWithLengths
    arrays = try zip(paths, modalities).map {
      try Self.open($0, as: $1, anyLength: varying.contains($1.name))
    }
    steps = zip(arrays, modalities).map { array, modality in
      let (steps, wanted) = (array.shape[1], modality.description)
      return wanted.kind.hasSteps && steps < wanted.shape[0] ? steps : nil
    }
    let counts = arrays.map { $0.shape[0] }
    guard let count = counts.first, count > 0 else {
      throw EquipoiseError(
        .usage, "there is no sample to predict", at: "\(.argument("input"))",
        fix: "give \(.argument("input=audio=FILE.npy"))")
    }
    guard counts.allSatisfy({ $0 == count }) else {
      throw EquipoiseError(
        .data, "\(zip(paths, counts).map { "\($0) has \($1)" }.joined(separator: ", ")) samples",
        at: "\(.argument("input"))",
        fix: "give as many samples of every modality, in the same order")
    }
    self.count = count
  }

  /// Whether a file holds arrays, not raw media.
  package static func holdsArrays(_ path: String) -> Bool {
    ArrayFile.isArray(path)
  }

  /// Each modality's file. Throws `EquipoiseError` for one that the run does not have and for two of one.
  static func byModality(
    _ files: [(modality: String, path: String)], for run: RunParts
  ) throws -> [String: String] {
    let known = run.dataset.modalities.map(\.name)
    var given: [String: String] = [:]
    for (name, path) in files {
      guard known.contains(name) else {
        throw EquipoiseError(
          .usage, "the run was not trained on a modality '\(name)'",
          at: "\(.argument("input")) \(name)=\(path)",
          fix: Nearest.hint(name, in: known))
      }
      guard given.updateValue(path, forKey: name) == nil else {
        throw EquipoiseError(
          .usage, "modality '\(name)' is given twice",
          at: "\(.argument("input")) \(name)=\(path)",
          fix: "put its samples into one file")
      }
    }
    return given
  }

  package func name(of index: Int) -> String { count == 1 ? paths[0] : "\(paths[0]):\(index)" }

  package func label(of index: Int) -> Int? { nil }

  package func forEachBatch(of size: Int, _ body: (HostBatch) throws -> Void) throws {
    for (step, start) in stride(from: 0, to: count, by: size).enumerated() {
      let rows = start..<min(count, start + size)
      let inputs = try arrays.indices.map { try input($0, rows) }
      let none = HostArray(int64s: rows.map { _ in 0 }, shape: [rows.count])
      try body(
        HostBatch(
          epoch: 0, step: step, inputs: inputs, labels: none, indices: Array(rows),
          lengths: steps.map { $0.map { [Int](repeating: $0, count: rows.count) } }))
    }
  }

  private func input(_ index: Int, _ rows: Range<Int>) throws -> HostArray {
    let array = arrays[index].slice(rows: rows)
    if StoredNumbers.problem(array) != nil {
      for row in rows {
        guard let problem = StoredNumbers.problem(arrays[index].row(row)) else { continue }
        throw EquipoiseError(
          .data, "row \(row) is not finite: \(problem)", at: paths[index],
          fix: StoredNumbers.missingValues)
      }
    }
    return try StoredNumbers.stored(
      array, as: modalities[index].description.type, at: paths[index])
  }

  /// The array with a first axis that counts samples: that of an npy file, or an npz file's array named after
  /// the modality, or its only one.
  private static func open(
    _ path: String, as modality: DatasetModality, anyLength: Bool
  ) throws -> HostArray {
    let key = try ArrayFile.key(
      in: [path], nil, for: modality.name,
      setting: "\(.argument("input")) \(modality.name)=\(path)")
    let file = try ArrayFile.like(path, key: key)
    let (info, wanted) = (try file.info(), modality.description)
    func fits(_ shape: [Int]) -> Bool {
      shape == wanted.shape
        || anyLength && shape.dropFirst() == wanted.shape.dropFirst()
          && (1...wanted.shape[0]).contains(shape[0])
    }
    let isSingle = fits(info.shape)
    guard isSingle || fits(Array(info.shape.dropFirst())) else {
      throw EquipoiseError(
        .data,
        "is \(info), but modality '\(modality.name)' is \(wanted.type.rawValue) \(wanted.shape)"
          + (anyLength ? ", or of fewer steps," : "") + " or N of them", at: path,
        fix: "bring it into the shape \(wanted.kind.axes) and type of the training data")
    }
    guard StoredNumbers.canStore(info.type, as: wanted.type) else {
      throw EquipoiseError(
        .data,
        "is \(info.type.rawValue), but modality '\(modality.name)' is \(wanted.type.rawValue); uint8 "
          + "stands for 0 to 1, other types for their numbers", at: path,
        fix: StoredNumbers.remedy(for: wanted.type))
    }
    let array = try file.read()
    return isSingle ? array.reshaped([1] + array.shape) : array
  }
}
