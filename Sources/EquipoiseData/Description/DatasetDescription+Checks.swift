// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseFormats
package import Foundation

extension DatasetDescription {
  /// Reads and checks the description in a dataset's folder.
  ///
  /// - Parameter folder: The dataset's folder.
  /// - Returns: A description whose every value is in range.
  /// - Throws: `EquipoiseError` or `FormatError` naming the file and the value at fault.
  public static func read(folder: String) throws -> DatasetDescription {
    let path = folder + "/" + fileName
    guard FileManager.default.fileExists(atPath: path) else {
      throw FoundInstead.error(.dataset, at: folder)
    }
    return try DatasetDescription(MappedFile(path: path).withBytes { Data($0) }, at: path)
  }

  /// The checked description in the content of a `dataset.json`; `path` is named in messages.
  package init(_ bytes: Data, at path: String) throws {
    func fail(_ what: String) -> EquipoiseError {
      EquipoiseError(
        .data, what, at: path, fix: "correct the file or prepare the dataset again")
    }
    do {
      let description = try JSONDecoder().decode(Self.self, from: bytes)
      try description.check(at: path)
      self = description
    } catch let problem as DescriptionProblem {
      throw fail(problem.text)
    } catch let error as DecodingError {
      throw fail(error.dataMessage)
    }
  }

  /// Throws unless every value is in range; `path` is named in the message.
  package func check(at path: String) throws {
    func fail(_ what: String, _ remedy: String) -> EquipoiseError {
      EquipoiseError(.data, what, at: path, fix: remedy)
    }
    try checkOutputs(fail)
    guard !modalities.isEmpty else { throw fail("there are no modalities", "list at least one") }
    for (name, modality) in modalities.sorted(by: { $0.key < $1.key }) {
      guard ModalityNames.isUsable(name) else {
        throw fail(
          "'\(name)' cannot name a modality",
          "use letters, digits, '-' and '_', and not \(Shard.reservedNames.joined(separator: ", "))"
        )
      }
      if let problem = modality.problem {
        throw fail("modality '\(name)': \(problem)", "correct it")
      }
    }
    try checkShards(fail)
  }

  private func checkOutputs(_ fail: (String, String) -> EquipoiseError) throws {
    let (what, least) =
      switch task {
      case .classification: ("class", 2)
      case .multilabel: ("label", 1)
      case .regression: ("target", 1)
      }
    guard outputs.count >= least else {
      throw fail(
        "\(outputs.count) \(what == "class" ? "classes" : what + "s") are too few",
        "list at least \(least == 1 ? "one" : "two")")
    }
    if let twice = Self.firstRepeated(outputs) {
      throw fail("the \(what) '\(twice)' is listed twice", "give each \(what) one name of its own")
    }
    if task != .classification, modalities.keys.contains(Shard.targetName) {
      throw fail(
        "'\(Shard.targetName)' cannot name a modality", "call it otherwise, here and in the files")
    }
  }

  private func checkShards(_ fail: (String, String) -> EquipoiseError) throws {
    let shards = Split.allCases.flatMap { splits[$0] ?? [] }
    if let twice = Self.firstRepeated(shards.map(\.file)) {
      throw fail("the file '\(twice)' is listed twice", "list each file once")
    }
    for shard in shards {
      guard Self.staysInside(shard.file) else {
        throw fail(
          "the file '\(shard.file)' is not inside the dataset's folder",
          "move it there and name it relative to the folder")
      }
      guard shard.count > 0 else {
        throw fail("the file '\(shard.file)' has count \(shard.count)", "leave out empty files")
      }
    }
  }

  private static func firstRepeated(_ names: [String]) -> String? {
    var seen: Set<String> = []
    return names.first { !seen.insert($0).inserted }
  }

  static func staysInside(_ file: String) -> Bool {
    let parts = file.split(separator: "/", omittingEmptySubsequences: false)
    return parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && !$0.contains("\0") }
  }
}

extension ModalityDescription {
  /// The types that training can read.
  static let readableTypes: [ElementType] = [
    .uint8, .int8, .int16, .int32, .float16, .bfloat16, .float32, .float64,
  ]

  private var isReadable: Bool {
    Self.readableTypes.contains(type) || kind == .text && type == .int64
  }

  /// The first thing wrong with it, or nil.
  package var problem: String? {
    guard shape.count == kind.rank else {
      return "shape \(shape) does not fit kind \(kind.rawValue), which is \(kind.axes)"
    }
    guard shape.allSatisfy({ $0 > 0 }), Shape.byteCount(shape, type) != nil else {
      return "shape \(shape) is not a shape"
    }
    guard isReadable else {
      let names = Self.readableTypes.map(\.rawValue).joined(separator: ", ")
      return "dtype \(type.rawValue) cannot be trained on; use one of \(names)"
    }
    if let textProblem { return textProblem }
    for (name, values) in [("mean", mean), ("std", std)] {
      guard let values else { continue }
      guard values.count == channels else {
        return "\(name) has \(values.count) values for \(channels) channels"
      }
      guard values.allSatisfy(\.isFinite) else { return "\(name) is not finite" }
    }
    guard std?.allSatisfy({ $0 > 0 }) ?? true else { return "std has a value that is not above 0" }
    if flow, kind != .video && kind != .image {
      return "flow is true, but the kind is \(kind.rawValue), not image or video"
    }
    return nil
  }
}
