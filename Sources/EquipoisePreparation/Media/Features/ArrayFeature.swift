// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseMedia
internal import EquipoiseData
internal import EquipoiseFormats

/// An array of an npy or npz file: as it is.
struct ArrayFeature: StandardFeature {
  let description: ModalityDescription
  /// The array's name in npz files; nil takes their only one.
  let key: String?

  /// npy and npz are read here.
  var decodes: Bool { false }
  var record: FeatureRecord { .array(ArrayRecord(description, key: key)) }

  /// Arrays of a known kind, shape and type.
  init(description: ModalityDescription, key: String? = nil) {
    (self.description, self.key) = (description, key)
  }

  func callAsFunction(
    _ files: [String], of id: String, by media: any MediaDecoding, _ stream: inout RandomStream
  ) throws -> HostArray {
    guard let path = files.first else { preconditionFailure("ArrayFeature: no file of '\(id)'") }
    let file = try ArrayFile.like(path, key: key)
    // Before it is inflated.
    let info = try file.info()
    guard info.shape == description.shape else {
      throw EquipoiseError(
        .data, "\(info) does not have the shape \(description.shape) of the others", at: file.place,
        fix: Self.oneShape)
    }
    return try StoredNumbers.stored(file.read(), as: description.type, at: file.place)
  }

  fileprivate static let oneShape = "give arrays of one shape: pad or cut series to one length"
}

extension ArrayFeature {
  /// What the headers of all samples' files agree on.
  ///
  /// - Parameters:
  ///   - files: a path for each sample and where it is named.
  ///   - key: the array's name in npz files; nil takes the only one.
  ///   - tolerant: whether those that differ from most, or cannot be read, are left for the work itself to name.
  /// - Throws: `EquipoiseError` naming the file that differs, or `FormatError`.
  init(
    like files: [(path: String, place: String)], key: String? = nil, tolerant: Bool = false
  ) throws {
    var infos: [(info: ArrayInfo, file: ArrayFile, place: String)] = []
    for (path, place) in files {
      do {
        let file = try ArrayFile.like(path, key: key)
        infos.append((try file.info(), file, place))
      } catch  where tolerant && !(infos.isEmpty && path == files.last?.path) {}
    }
    guard let first = infos.first else { preconditionFailure("ArrayFeature: like no file") }
    let counts = Dictionary(grouping: infos) { $0.info.shape }.mapValues(\.count)
    let most = infos.max { (counts[$0.info.shape] ?? 0) < (counts[$1.info.shape] ?? 0) }
    let shape = most?.info.shape ?? first.info.shape
    if counts.count > 1, !tolerant {
      throw Self.differing(infos.map { ($0.info, $0.file.place) }, from: shape)
    }
    let types = Set(infos.filter { $0.info.shape == shape }.map(\.info.type))
    var stored = StoredNumbers.type(of: types)
    if stored == nil, tolerant { stored = first.info.type == .uint8 ? .uint8 : .float32 }
    guard let stored else {
      let odd = infos.first { ($0.info.type == .uint8) != (first.info.type == .uint8) } ?? first
      throw EquipoiseError(
        .data,
        "\(odd.file.place) is \(odd.info.type.rawValue) where others are "
          + "\(first.info.type.rawValue); uint8 stands for 0 to 1, other types for their numbers",
        at: odd.place, fix: "save all with one dtype")
    }
    self.init(
      description: try Self.description(shape, stored, at: first.file.place), key: key)
  }

  private static func differing(
    _ arrays: [(info: ArrayInfo, place: String)], from shape: [Int]
  ) -> EquipoiseError {
    let odd = arrays.first { $0.info.shape != shape } ?? arrays[0]
    let others = arrays.count { $0.info.shape != shape }
    let isSeries =
      odd.info.shape.count == shape.count && odd.info.shape.dropFirst() == shape.dropFirst()
    return EquipoiseError(
      .data,
      "\(odd.info) does not have the shape \(shape) of the others, as \(others) of \(arrays.count) files"
        + (isSeries ? ": series of different lengths are not supported yet" : ""),
      at: odd.place, fix: oneShape)
  }

  private static func description(
    _ shape: [Int], _ type: ElementType, at place: String
  ) throws -> ModalityDescription {
    let byRank: [ModalityKind] = [.vector, .sequence, .image, .video]
    guard byRank.indices.contains(shape.count - 1) else {
      throw EquipoiseError(
        .data, "an array of shape \(shape) is of no kind of modality", at: place,
        fix: "give 1 to 4 dimensions")
    }
    let description = ModalityDescription(kind: byRank[shape.count - 1], shape: shape, type: type)
    if let problem = description.problem {
      throw EquipoiseError(.data, problem, at: place, fix: "correct the array")
    }
    return description
  }
}
