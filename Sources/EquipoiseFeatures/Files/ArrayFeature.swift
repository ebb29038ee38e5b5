// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
package import EquipoiseMedia
package import EquipoiseData
package import EquipoiseFormats

/// A feature whose arrays may have fewer valid steps than their shape.
package protocol SteppedFeature: MediaFeature {
  /// Whether arrays differ in length.
  var hasLengths: Bool { get }
  /// The steps that files have, which may be more than those of the shape. Throws `FormatError`.
  func steps(of files: [String]) throws -> Int
}

/// An array of an npy or npz file: as it is, or a series fitted to a stated length.
package struct ArrayFeature: StandardFeature, SteppedFeature {
  package let description: ModalityDescription
  /// The array's name in npz files; nil takes their only one.
  let key: String?
  /// Whether the arrays' first dimension may be another one than that of the shape.
  package let hasLengths: Bool

  /// npy and npz are read here.
  package var decodes: Bool { false }
  package var record: FeatureRecord {
    .array(
      ArrayRecord(description, key: key, length: hasLengths ? description.shape[0] : nil))
  }

  /// Arrays of a known kind, shape and type, or of any length.
  package init(description: ModalityDescription, key: String? = nil, hasLengths: Bool = false) {
    (self.description, self.key, self.hasLengths) = (description, key, hasLengths)
  }

  package func steps(of files: [String]) throws -> Int {
    guard let path = files.first else { preconditionFailure("ArrayFeature: no file") }
    return try ArrayFile.like(path, key: key).info().shape.first ?? 0
  }

  package func callAsFunction(
    _ files: [String], of id: String, by media: any MediaDecoding, _ stream: inout RandomStream
  ) throws -> HostArray {
    guard let path = files.first else { preconditionFailure("ArrayFeature: no file of '\(id)'") }
    let file = try ArrayFile.like(path, key: key)
    // Before it is inflated.
    let info = try file.info()
    guard fits(info.shape) else {
      throw EquipoiseError(
        .data, "\(info) does not have the shape \(description.shape) of the others", at: file.place,
        fix: Self.oneShape)
    }
    let array = try file.read()
    guard hasLengths else {
      return try StoredNumbers.stored(array, as: description.type, at: file.place)
    }
    // What is cut off need not be finite.
    let kept = array.slice(rows: 0..<min(array.shape[0], description.shape[0]))
    return try StoredNumbers.stored(kept, as: description.type, at: file.place)
      .fitted(toRows: description.shape[0])
  }

  private func fits(_ shape: [Int]) -> Bool {
    guard hasLengths else { return shape == description.shape }
    return shape.count == description.shape.count && shape[0] > 0
      && shape.dropFirst() == description.shape.dropFirst()
  }

  fileprivate static let oneShape =
    "give arrays of one shape, or say with the setting 'length' how many steps series are padded or cut to"
}

extension ArrayFeature {
  /// What the headers of all samples' files agree on.
  ///
  /// - Parameters:
  ///   - files: a path for each sample and where it is named.
  ///   - key: the array's name in npz files; nil takes the only one.
  ///   - length: the steps that series are fitted to; nil wants one shape.
  ///   - tolerant: whether those that differ from most, or cannot be read, are left for the work itself to name.
  /// - Throws: `EquipoiseError` naming the file that differs, or `FormatError`.
  package init(
    like files: [(path: String, place: String)], key: String? = nil, length: Int? = nil,
    tolerant: Bool = false
  ) throws {
    func fitted(_ shape: [Int]) -> [Int] {
      shape.isEmpty ? shape : length.map { [$0] + shape.dropFirst() } ?? shape
    }
    var infos: [(info: ArrayInfo, file: ArrayFile, place: String)] = []
    for (path, place) in files {
      do {
        let file = try ArrayFile.like(path, key: key)
        infos.append((try file.info(), file, place))
      } catch  where tolerant && !(infos.isEmpty && path == files.last?.path) {}
    }
    guard let first = infos.first else { preconditionFailure("ArrayFeature: like no file") }
    let counts = Dictionary(grouping: infos) { fitted($0.info.shape) }.mapValues(\.count)
    let most = infos.max {
      (counts[fitted($0.info.shape)] ?? 0) < (counts[fitted($1.info.shape)] ?? 0)
    }
    let shape = fitted(most?.info.shape ?? first.info.shape)
    if counts.count > 1, !tolerant {
      throw Self.differing(
        infos.map { ($0.info, $0.file.place) }, from: shape, isDifferent: { fitted($0) != shape })
    }
    let types = Set(infos.filter { fitted($0.info.shape) == shape }.map(\.info.type))
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
    let description = try Self.description(shape, stored, at: first.file.place)
    guard length == nil || description.kind.hasSteps else {
      throw EquipoiseError(
        .configuration, "arrays of kind \(description.kind.rawValue) have no steps",
        at: first.place,
        fix: "leave 'length' out: it is for sequences [L, C] and videos [T, C, H, W]")
    }
    self.init(description: description, key: key, hasLengths: length != nil)
  }

  private static func differing(
    _ arrays: [(info: ArrayInfo, place: String)], from shape: [Int],
    isDifferent: ([Int]) -> Bool
  ) -> EquipoiseError {
    let odd = arrays.first { isDifferent($0.info.shape) } ?? arrays[0]
    let others = arrays.count { isDifferent($0.info.shape) }
    return EquipoiseError(
      .data,
      "\(odd.info) does not have the shape \(shape) of the others, as \(others) of \(arrays.count) files",
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
