// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation

/// The folder `Recipes`: run configurations named as the datasets they are for, and the experiments of
/// the paper.
struct RecipeFolder {
  /// `Recipes` in the current folder, else in the checkout that this program was built in.
  static var path: String {
    let name = "Recipes"
    guard !FileManager.default.fileExists(atPath: name), let program = Bundle.main.executableURL
    else {
      return name
    }
    var folder = program.resolvingSymlinksInPath().deletingLastPathComponent()
    while folder.path != "/" {
      let found = folder.appendingPathComponent(name).path
      if FileManager.default.fileExists(atPath: found) { return found }
      folder.deleteLastPathComponent()
    }
    return name
  }

  private let path: String

  init(_ path: String) { self.path = path }

  /// The names of the paper's tables and figures.
  func experiments() throws -> [String] {
    do {
      return try FileSystem.names(in: path + "/paper")
        .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    } catch {
      throw EquipoiseError(
        .usage, "the folder has no experiments", at: path + "/paper",
        fix: "name the folder Recipes of the sources with --recipes")
    }
  }

  /// A table or figure by its name.
  func experiment(_ name: String) throws -> PaperExperiment {
    let names = try experiments()
    guard names.contains(name) else {
      throw EquipoiseError(
        .usage, "there is no experiment '\(name)'", at: path + "/paper",
        fix: Nearest.hint(name, in: names))
    }
    return try PaperExperiment(file: "\(path)/paper/\(name).yaml")
  }

  /// The run configuration for a prepared dataset; `nil` when there is none.
  func configuration(for data: String) throws -> String? {
    let name = try PreparedDataset(folder: data).description.name
    // A preset adds its number: cmu-mosi-2.
    let names = [name, name.split(separator: "-").dropLast().joined(separator: "-")]
    return names.map { "\(path)/\($0).yaml" }.first(where: FileManager.default.fileExists)
  }
}
