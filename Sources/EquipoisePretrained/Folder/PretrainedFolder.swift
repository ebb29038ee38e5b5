// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseFormats
import Foundation
public import EquipoiseTorch

/// A folder with a model in Hugging Face's layout: `config.json`, and `model.safetensors` or parts of it that
/// `model.safetensors.index.json` lists.
public struct PretrainedFolder: Sendable {
  /// The folder.
  public let path: String
  /// What `config.json` says.
  public let description: ModelDescription

  /// Reads the description of a folder.
  ///
  /// - Parameter path: the folder.
  /// - Throws: `EquipoiseError` that says what is missing or cannot be read.
  public init(_ path: String) throws {
    self.path = path
    let file = path + "/" + Self.configName
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
    else {
      throw EquipoiseError(
        .configuration, "there is no such folder", at: path,
        fix: "give the folder that holds the model's config.json and model.safetensors")
    }
    guard FileManager.default.fileExists(atPath: file) else {
      throw EquipoiseError(
        .configuration, "the folder has no config.json, which says what network the weights are of",
        at: path, fix: "give a folder in Hugging Face's layout")
    }
    description = try ModelDescription(try FileSystem.contents(of: file), path: file)
  }

  /// Whether a folder has a description.
  public static func isOne(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path + "/" + configName)
  }

  /// A description without weights.
  init(of description: ModelDescription) {
    (path, self.description) = (description.path, description)
  }

  /// A text of the folder, such as `1_Pooling/config.json`; nil where it is not there or no object.
  public func description(_ name: String) -> ModelDescription? {
    guard let data = try? FileSystem.contents(of: path + "/" + name) else { return nil }
    return try? ModelDescription(data, path: path + "/" + name)
  }

  /// Every tensor of the folder's weights by its name there, over the mapped files.
  ///
  /// - Returns: the tensors.
  /// - Throws: `EquipoiseError` where there are no weights, or only a pickle; `FormatError` for a damaged file.
  public func tensors() throws -> [String: Tensor] {
    if exists(Self.weightsName) {
      return try TensorFile(path: path + "/" + Self.weightsName).tensors()
    }
    guard exists(Self.indexName) else { throw missingWeights() }
    var tensors: [String: Tensor] = [:]
    for (file, names) in try parts() {
      let part = try TensorFile(path: path + "/" + file)
      for name in names { tensors[name] = try part.tensor(name) }
    }
    return tensors
  }

  /// The shape of every tensor of the folder's weights.
  ///
  /// - Returns: shapes by name.
  /// - Throws: as ``tensors()``.
  public func shapes() throws -> [String: [Int]] { try tensors().mapValues(\.shape) }

  /// The files of weights in parts, each with the names that it holds.
  private func parts() throws -> [(file: String, names: [String])] {
    struct Index: Decodable {
      let weight_map: [String: String]
    }
    let file = path + "/" + Self.indexName
    guard
      let index = try? JSONDecoder().decode(Index.self, from: try FileSystem.contents(of: file))
    else {
      throw EquipoiseError(
        .configuration, "the list of weights has no 'weight_map' of names and files", at: file,
        fix: "copy the model's folder again")
    }
    if let other = index.weight_map.values.sorted().first(where: { !Self.isOwnFile($0) }) {
      throw EquipoiseError(
        .configuration, "the list of weights names '\(other)', which is no file of the folder",
        at: file, fix: "copy the model's folder again")
    }
    return Dictionary(grouping: index.weight_map.keys.sorted()) { index.weight_map[$0] ?? "" }
      .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// A name without a way out of the folder.
  private static func isOwnFile(_ name: String) -> Bool {
    name.hasSuffix(".safetensors") && !name.contains("/") && !name.contains("\\")
  }

  private func missingWeights() -> EquipoiseError {
    let pickles = ["pytorch_model.bin", "pytorch_model.bin.index.json"]
    if let pickle = pickles.first(where: exists) {
      return EquipoiseError(
        .configuration,
        "the weights are a pickle (\(pickle)), which runs code when it is read, and is refused",
        at: path,
        fix: "convert them in Python: safetensors.torch.save_file({k: v.contiguous() for k, v in "
          + "torch.load('pytorch_model.bin', weights_only=True).items()}, 'model.safetensors')")
    }
    return EquipoiseError(
      .configuration, "the folder has neither \(Self.weightsName) nor \(Self.indexName)", at: path,
      fix: "copy the model's weights into it")
  }

  private func exists(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: path + "/" + name)
  }

  /// The description's name.
  public static let configName = "config.json"
  static let weightsName = "model.safetensors"
  static let indexName = "model.safetensors.index.json"
}
