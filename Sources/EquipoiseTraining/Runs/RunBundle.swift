// SPDX-License-Identifier: Apache-2.0
package import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseSettings
import EquipoiseFormats
import Foundation
import EquipoiseTorch

/// A trained run as one file: weights, configuration and what the run carries of its dataset. It is a safetensors
/// file whose metadata hold the run's text files by their names.
package struct RunBundle {
  static let format = "equipoise-bundle-1"
  private static let formatKey = "format"
  private static let weightsKey = "weights"

  /// The file.
  let file: TensorFile
  /// Which weights it has.
  let weights: SavedWeights

  /// Opens a bundle; nil where the path is that of something else.
  ///
  /// - Parameter path: of a file or folder.
  /// - Throws: `FormatError` for a damaged file that is called as one; `EquipoiseError` for a bundle of a
  ///   later version.
  package init?(at path: String) throws {
    guard FileManager.default.fileExists(atPath: path), !FileSystem.isFolder(path) else {
      return nil
    }
    let file: TensorFile
    do {
      file = try TensorFile(path: path)
    } catch {
      guard path.hasSuffix(".safetensors") || path.hasSuffix(".equipoise") else { return nil }
      throw error
    }
    guard let format = file.metadata[Self.formatKey], format.hasPrefix("equipoise-bundle-") else {
      return nil
    }
    guard format == Self.format,
      let weights = file.metadata[Self.weightsKey].flatMap(SavedWeights.init(rawValue:))
    else {
      throw EquipoiseError(
        .checkpoint, "the file is of form \(format), and this program knows \(Self.format)",
        at: path, fix: "use the version of Equipoise that wrote it, or a later one")
    }
    try file.verify()
    (self.file, self.weights) = (file, weights)
  }

  /// The run's configuration. Throws `EquipoiseError` when it cannot be read.
  func configuration(_ catalogue: RunCatalogue) throws -> RunConfiguration {
    let text = file.metadata[RunFolder.configurationName] ?? ""
    return try RunConfiguration.resolve(
      YAMLReader.read(text, of: "\(file.path): \(RunFolder.configurationName)"),
      table: catalogue.table(), needsData: true
    ).configuration
  }

  /// What it carries of the run's dataset.
  var carried: CarriedDataset? {
    CarriedDataset(
      CarriedDataset.names.reduce(into: [:]) { files, name in
        files[name] = file.metadata[name].map { Data($0.utf8) }
      }, from: file.path)
  }

  /// What the run was made with and on, as it was written.
  var environment: String? { file.metadata[RunFolder.environmentName] }

  /// Writes a bundle; an old file stays until the new one is complete.
  ///
  /// - Parameters:
  ///   - run: the folder of a run, or another bundle.
  ///   - parts: the run's parts with the weights that the bundle gets, in single precision on the CPU.
  ///   - weights: which these are.
  ///   - path: the file.
  ///   - catalogue: what the run may name.
  /// - Throws: `FormatError` when the disk refuses; `EquipoiseError` when the run's files cannot be read.
  package static func write(
    _ run: RunFolder, _ parts: RunParts, weights: SavedWeights, to path: String,
    catalogue: RunCatalogue = .inUse
  ) throws {
    let saved = try SavedModel(run, catalogue: catalogue)
    let carried = try saved.carried() ?? CarriedDataset(parts.data)
    var metadata = [
      formatKey: format, weightsKey: weights.rawValue,
      RunFolder.configurationName: try saved.configuration.yaml(),
    ]
    metadata[RunFolder.environmentName] = try saved.environment()
    for (name, content) in carried.files {
      metadata[name] = String(decoding: content, as: UTF8.self)
    }
    try TensorFile.write(parts.model.state, to: path, metadata: metadata, checksummed: true)
  }
}

/// Where a trained run lies: its folder, or one file.
package enum SavedPlace {
  /// A run's folder.
  case folder(RunFolder)
  /// A bundle.
  case bundle(RunBundle)
}

/// What a trained run has left.
package struct SavedModel {
  /// Where it lies.
  package let place: SavedPlace
  /// The configuration that it was trained with.
  package let configuration: RunConfiguration

  /// Reads what a run has left.
  ///
  /// - Parameters:
  ///   - path: the run's folder, or a bundle of it.
  ///   - catalogue: what its configuration may name.
  /// - Throws: `EquipoiseError` when there is no run, or `FormatError`.
  package init(_ path: RunFolder, catalogue: RunCatalogue = .inUse) throws {
    if let bundle = try RunBundle(at: path.path) {
      place = .bundle(bundle)
      configuration = try bundle.configuration(catalogue)
    } else {
      place = .folder(path)
      configuration = try RunConfiguration.saved(in: path, catalogue: catalogue)
    }
  }

  /// What it carries of its dataset; nil of a run that a former version began.
  func carried() throws -> CarriedDataset? {
    switch place {
    case .folder(let run): try CarriedDataset(in: run)
    case .bundle(let bundle): bundle.carried
    }
  }

  /// What it was made with and on, as it was written; nil where that is not there.
  func environment() throws -> String? {
    switch place {
    case .folder(let run):
      FileManager.default.fileExists(atPath: run.environment)
        ? try FileSystem.text(of: run.environment) : nil
    case .bundle(let bundle): bundle.environment
    }
  }

  /// Gives a model the weights.
  ///
  /// - Parameters:
  ///   - weights: which ones.
  ///   - model: whose they are.
  /// - Throws: `EquipoiseError` when there are none of these yet; `FormatError` or `TorchError` for others.
  func load(_ weights: SavedWeights, into model: some Module) throws {
    switch place {
    case .bundle(let bundle):
      guard bundle.weights == weights else {
        throw EquipoiseError(
          .usage, "the bundle has the \(bundle.weights.rawValue) weights alone",
          at: bundle.file.path, fix: "use \(.argument("weights=\(bundle.weights.rawValue)"))")
      }
      try model.load(from: bundle.file)
    case .folder(let run):
      let path = weights == .best ? run.best : run.weights
      guard FileManager.default.fileExists(atPath: path) else {
        throw EquipoiseError(
          .usage, "the run has no \(weights.rawValue) weights yet", at: path,
          fix: "\(.repeating("run")), and let it finish an epoch")
      }
      try model.load(from: path)
    }
  }
}
