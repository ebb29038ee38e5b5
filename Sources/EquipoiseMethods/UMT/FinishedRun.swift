// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch
import Foundation

/// A finished run whose encoders a method reads.
struct FinishedRun {
  private let tensors: [String: Tensor]
  /// The SHA-256 of the weights.
  let digest: [UInt8]

  /// The best weights of a run.
  ///
  /// - Parameters:
  ///   - path: the run's folder.
  ///   - dataset: the identity of the data that this run trains on; nil is not compared.
  /// - Throws: ``EquipoiseError`` where there is no such run, or it was trained on other data; `FormatError` for a
  ///   damaged file.
  init(_ path: String, on dataset: String?) throws {
    let folder = RunFolder(path)
    guard FileManager.default.fileExists(atPath: folder.best) else {
      throw EquipoiseError(
        .configuration, "there are no best weights of a finished run", at: path,
        fix: "name the folder of a run that has ended in method.teachers")
    }
    if let dataset, let found = try Self.dataset(of: folder), found != dataset {
      throw EquipoiseError(
        .configuration, "this run was trained on another dataset, or other samples of it", at: path,
        fix: "name a run on the data that 'data' names")
    }
    let file = try TensorFile(path: folder.best)
    try file.verify()
    tensors = try file.tensors()
    let text = try Digest.sha256Hex(ofFile: folder.best)
    digest = stride(from: 0, to: text.count, by: 2).compactMap { index in
      let start = text.index(text.startIndex, offsetBy: index)
      return UInt8(text[start..<text.index(start, offsetBy: 2)], radix: 16)
    }
  }

  private struct Environment: Decodable {
    let dataset: String?
  }

  private static func dataset(of folder: RunFolder) throws -> String? {
    guard let data = FileManager.default.contents(atPath: folder.environment) else { return nil }
    return try? JSONDecoder().decode(Environment.self, from: data).dataset
  }

  /// The encoder of a modality, if the run has one.
  func encoder(of modality: Int, like model: MultimodalModel) throws -> FrozenEncoder? {
    let prefix = "encoders.\(model.modalities[modality])."
    let own = Dictionary(
      uniqueKeysWithValues: tensors.filter { $0.key.hasPrefix(prefix) }
        .map { (String($0.key.dropFirst(prefix.count)), $0.value) })
    return own.isEmpty ? nil : try FrozenEncoder(model, modality, from: own, digest: digest)
  }

  /// The teacher of each modality, from runs of which each has one or more.
  static func teachers(in paths: [String], for setting: MethodSetting) throws -> [FrozenEncoder?] {
    let names = setting.model.modalities
    var teachers: [FrozenEncoder?] = names.map { _ in nil }
    for path in paths {
      let run = try FinishedRun(path, on: setting.dataset)
      var isUsed = false
      for modality in names.indices {
        guard let encoder = try run.encoder(of: modality, like: setting.model) else { continue }
        guard teachers[modality] == nil else {
          throw EquipoiseError(
            .configuration, "two runs have an encoder of '\(names[modality])'", at: path,
            fix: "name one run for each modality in method.teachers")
        }
        (teachers[modality], isUsed) = (encoder, true)
      }
      guard isUsed else {
        throw EquipoiseError(
          .configuration, "this run has no encoder of \(names.joined(separator: ", "))", at: path,
          fix: "name runs of the same modalities in method.teachers")
      }
    }
    return teachers
  }

  /// Checks that a checkpoint was made with the weights that are there now.
  static func check(_ saved: Tensor, is digest: [UInt8], of modality: String) throws {
    guard saved.array(of: Int.self) != digest.map(Int.init) else { return }
    throw EquipoiseError(
      .checkpoint, "the weights of the teacher of '\(modality)' are others than when the run began",
      at: "method.teachers", fix: "put the former weights back, or begin a new run")
  }
}
