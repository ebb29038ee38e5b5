// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseFormats
import Foundation
import Yams

/// A table or figure of a paper as a comparison that can be run on the data at hand: a file of
/// `Recipes/paper`.
package struct PaperExperiment: Decodable, Sendable {
  /// What it is in the paper.
  package let title: String
  /// What it keeps of the paper's set-up.
  package let keeps: String
  /// What differs from the paper's set-up.
  package let differs: String
  /// The entries, as `equipoise compare --entry` takes them; a method's name alone is one too.
  package let entries: [String]
  /// The entry that the others are tested against.
  package let baseline: String
  /// Settings of all entries, each `KEY=VALUE`.
  package let settings: [String]?
  /// What a figure plots over epochs: names of `metrics.jsonl`, where `*` stands for any part.
  package let curves: [String]?
  /// What a figure plots over epochs: names of tensors in `measurements`, `*` as above.
  package let matrices: [String]?

  /// Reads an experiment.
  ///
  /// - Parameter path: the file.
  /// - Throws: `EquipoiseError` for a file that cannot be read or lacks a key.
  package init(file path: String) throws {
    let text = try FileSystem.text(of: path)
    do {
      self = try YAMLDecoder().decode(Self.self, from: text)
    } catch let DecodingError.keyNotFound(key, _) {
      throw EquipoiseError(
        .configuration, "the key '\(key.stringValue)' is missing", at: path,
        fix: "see the files of Recipes/paper")
    } catch {
      throw EquipoiseError(
        .configuration, "this is not an experiment that can be read", at: path,
        fix: "it is UTF-8 YAML like the files of Recipes/paper")
    }
  }
}
