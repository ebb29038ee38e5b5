// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseSettings
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoisePreparation
internal import EquipoiseFormats
internal import Foundation

/// One modality's array, as it will be stored.
struct ArraySource {
  let name: String
  let description: ModalityDescription
  let path: String
  /// The valid steps of each row; nil where all are.
  let lengths: [Int]?
  private let array: HostArray
  /// For each row whether it has the modality; nil where all have.
  private var present: [Bool]?

  /// Opens the array. Throws `EquipoiseError` or `FormatError` when it does not fit the table.
  init(_ name: String, _ options: ArrayModalityOptions, folder: String, rows: Int) throws {
    self.name = name
    let file = options.file ?? name + ".npy"
    let path = file.hasPrefix("/") ? file : folder + "/" + file
    let key = try ArrayFile.key(
      in: [path], options.key, for: name, setting: "modalities.\(name).key")
    let source = try ArrayFile.like(path, key: key)
    self.path = source.place
    // The header first: what does not fit is not read.
    let info = try source.info()
    guard info.shape.first == rows else {
      throw EquipoiseError(
        .data, "\(info) does not have one row for each of the table's \(rows)", at: self.path,
        fix: "give an array whose first dimension counts the samples")
    }
    description = try Self.description(info, options, name)
    array = try source.read()
    present = try Self.present(name, options, folder, beside: source, rows: rows)
    lengths = try ArrayLengths.read(
      of: name, beside: path, key, description, rows: rows, present: present)
  }

  /// The array of 1 and 0 that says in which rows a modality is there: the one that is set, or beside the modality's own
  /// in its npz file, or beside its file; nil where there is none.
  private static func presence(
    of name: String, _ options: ArrayModalityOptions, _ folder: String, beside source: ArrayFile
  ) throws -> ArrayFile? {
    if options.present == nil, let own = try source.neighbour(presentEnding) { return own }
    let file = options.present ?? name + presentEnding + ".npy"
    let path = file.hasPrefix("/") ? file : folder + "/" + file
    guard options.present != nil || FileManager.default.fileExists(atPath: path) else { return nil }
    let key = try ArrayFile.key(in: [path], nil, for: name, setting: "modalities.\(name).present")
    return try ArrayFile.like(path, key: key)
  }

  /// Which rows a modality is there in; nil where nothing says so.
  private static func present(
    _ name: String, _ options: ArrayModalityOptions, _ folder: String, beside source: ArrayFile,
    rows: Int
  ) throws -> [Bool]? {
    guard let file = try presence(of: name, options, folder, beside: source) else { return nil }
    let (array, path) = (try file.read(), file.place)
    guard array.shape == [rows] else {
      throw EquipoiseError(
        .data, "\(array.description) does not have one number for each of the table's \(rows) rows",
        at: path, fix: "give 1 for a sample that has '\(name)' and 0 for one that lacks it")
    }
    return try array.floats().enumerated().map { row, number in
      guard number == 0 || number == 1 else {
        throw EquipoiseError(
          .data, "row \(row) has \(number), not 0 or 1", at: path,
          fix: "give 1 for a sample that has '\(name)' and 0 for one that lacks it")
      }
      return number == 1
    }
  }

  /// What the names of files end in that say which samples have a modality.
  fileprivate static let presentEnding = ".present"

  /// Whether a row has the modality.
  func isPresent(_ row: Int) -> Bool { present?[row] ?? true }

  /// Takes rows whose numbers are not finite as such that lack the modality.
  mutating func leaveOutMissingValues(in rows: [Int]) {
    var own = present ?? Array(repeating: true, count: array.shape[0])
    for row in rows where own[row] && problem(row) != nil { own[row] = false }
    present = own.allSatisfy(\.self) ? nil : own
  }

  /// What a row holds, in the array's own type.
  func raw(_ row: Int) -> HostArray { array.row(row) }

  /// Its valid steps.
  private func valid(_ row: Int) -> HostArray {
    lengths.map { raw(row).slice(rows: 0..<$0[row]) } ?? raw(row)
  }

  /// The sample in a row, in the stored type, with zeros behind its valid steps. Throws `EquipoiseError` when it is not finite.
  func sample(_ row: Int) throws -> HostArray {
    try stored(valid(row), row)
  }

  private func stored(_ valid: HostArray, _ row: Int) throws -> HostArray {
    let stored = try StoredNumbers.stored(
      valid, as: description.type, at: "\(path), row \(row)")
    return lengths == nil ? stored : try stored.fitted(toRows: description.shape[0])
  }

  /// The same with numbers for those that are not finite, one for each channel; nil leaves them to be refused.
  func sample(_ row: Int, filling means: [Float]?) throws -> HostArray {
    guard let means, problem(row) != nil else { return try sample(row) }
    let stride = channelStride
    let valid = valid(row)
    let numbers = valid.floats().enumerated().map { place, number in
      number.isFinite ? number : means[place / stride % means.count]
    }
    return try stored(HostArray(floats: numbers, shape: valid.shape), row)
  }

  /// Numbers that are not finite.
  struct Missing {
    /// How many there are.
    let count: Int
    /// How many rows have any.
    let rows: Int
    /// The mean of each channel's finite numbers over the training rows, 0 where there is none; empty where nothing
    /// is missing.
    let means: [Float]

    static let nothing = Missing(count: 0, rows: 0, means: [])
  }

  /// What some rows lack.
  func missingValues(in rows: [Int], training: [Int]) -> Missing {
    guard [.float16, .bfloat16, .float32, .float64].contains(array.type) else { return .nothing }
    let broken = rows.filter { isPresent($0) && problem($0) != nil }
    let count = broken.reduce(0) { $0 + valid($1).floats().count { !$0.isFinite } }
    guard count > 0 else { return .nothing }
    let (channels, stride) = (description.channels, channelStride)
    var sums = [Double](repeating: 0, count: channels)
    var counts = [Double](repeating: 0, count: channels)
    for row in training where isPresent(row) {
      for (place, number) in valid(row).floats().enumerated() where number.isFinite {
        sums[place / stride % channels] += Double(number)
        counts[place / stride % channels] += 1
      }
    }
    return Missing(
      count: count, rows: broken.count, means: zip(sums, counts).map { Float($0 / max(1, $1)) })
  }

  /// How many numbers of one channel stand side by side.
  private var channelStride: Int {
    description.shape[(description.kind.channelAxis + 1)...].reduce(1, *)
  }

  /// What is wrong with a row's numbers, or nil.
  func problem(_ row: Int) -> String? {
    StoredNumbers.problem(valid(row))
  }

  private static func description(
    _ array: ArrayInfo, _ options: ArrayModalityOptions, _ name: String
  ) throws -> ModalityDescription {
    let shape = Array(array.shape.dropFirst())
    let byRank: [ModalityKind] = [.vector, .sequence, .image, .video]
    let kind: ModalityKind
    if let wanted = options.kind {
      guard let known = ModalityKind(rawValue: wanted) else {
        throw EquipoiseError(
          .configuration, "'\(wanted)' is not a kind of modality", at: "modalities.\(name).kind",
          fix: Nearest.hint(wanted, in: ModalityKind.allCases.map(\.rawValue)))
      }
      guard known != .text else {
        throw EquipoiseError(
          .configuration, "arrays hold no texts", at: "modalities.\(name).kind",
          fix:
            "give recipe 'manifest' a column of texts, or write ids of tokens and dataset.json yourself"
        )
      }
      guard known.rank == shape.count else {
        throw EquipoiseError(
          .data, "samples of shape \(shape) do not fit kind '\(wanted)', which is \(known.axes)",
          at: name,
          fix: "give an array of \(known.rank + 1) dimensions")
      }
      kind = known
    } else {
      guard byRank.indices.contains(shape.count - 1) else {
        throw EquipoiseError(
          .data, "samples of shape \(shape) are of no kind of modality", at: name,
          fix: shape.isEmpty
            ? "if it holds labels, name the modalities with \(.setting("only=[...]")); if it is a feature, give it a "
              + "second dimension"
            : "give arrays of 2 to 5 dimensions")
      }
      kind = byRank[shape.count - 1]
    }
    return ModalityDescription(
      kind: kind, shape: shape, type: StoredNumbers.type(of: array.type))
  }
}

extension ArraySource {
  /// The modalities that the options name, sorted; without any, every npy file of the folder but those of lengths.
  static func all(_ options: ArraysOptions, folder: String, rows: Int) throws -> [ArraySource] {
    var names = options.modalities.names
    if names.isEmpty {
      let files = try? FileManager.default.contentsOfDirectory(atPath: folder)
      let found = (files ?? []).filter { $0.hasSuffix(".npy") && !ArrayLengths.areMeant(by: $0) }
        .map { String($0.dropLast(4)) }
      names = found.filter { name in
        !(name.hasSuffix(presentEnding)
          && found.contains(String(name.dropLast(presentEnding.count))))
      }.sorted()
    }
    if let only = options.only {
      for name in only where !names.contains(name) {
        throw EquipoiseError(
          .configuration, "there is no modality '\(name)'", at: "only",
          fix: Nearest.hint(name, in: names))
      }
      names = names.filter(only.contains)
    }
    guard !names.isEmpty else {
      throw EquipoiseError(
        .data, "there are no npy files", at: folder,
        fix:
          "name the arrays, for example \(.setting("modalities.audio={file: data.npz, key: audio}"))"
      )
    }
    try ModalityNames.check(names, at: folder, renaming: "the file or set the modality's 'file'")
    return try names.map {
      try ArraySource(
        $0, options.modalities[$0] ?? ArrayModalityOptions(), folder: folder, rows: rows)
    }
  }
}
