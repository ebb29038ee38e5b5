// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// The notes that `dataset.json` keeps of raw media, each kind under keys of its own: a modality may have
/// the name of a note.
enum MediaNotes {
  static let recipe = "recipe"
  static let prepared = "prepared"
  static let groups = "groups"
  static let leftOut = "left out"

  /// The key of a modality's settings; no name of a modality has a blank in it.
  static func key(ofModality name: String) -> String { "modality \(name)" }

  /// A modality's settings; earlier versions kept them under its bare name.
  static func settings(ofModality name: String, in notes: [String: String]) -> String? {
    notes[key(ofModality: name)] ?? notes[name]
  }
}
