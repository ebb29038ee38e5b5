// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseFormats
public import EquipoisePreparation
internal import Foundation

/// Hateful Memes (Kiela et al., NeurIPS 2020): pictures with the words on them, hateful or not.
///
/// The folder is the challenge's own: `img/ID.png` with `train.jsonl`, `dev_seen.jsonl` (of the first phase `dev.jsonl`), and
/// `test_seen.jsonl` or `test_unseen.jsonl`. The first phase's `test.jsonl` has no labels.
public struct HatefulMemesRecipe: DatasetRecipe, MediaRecipe {
  /// The recipe's name.
  public static let name = "hateful-memes"
  /// What it makes, and from what.
  public static let summary =
    "Hateful Memes, 2 classes: pictures and texts from img/ and the challenge's jsonl lists"

  private let options: CaptionedOptions

  /// The recipe with these settings.
  public init(_ options: CaptionedOptions) { self.options = options }

  /// Reads the lists.
  public func source(input: String, media: MediaPreparation) throws -> MediaSource {
    let folder = try MediaFolder(input)
    let development = ["dev_seen.jsonl", "dev.jsonl"]
    let lists: [(names: [String], split: Split, published: Int)] = [
      (["train.jsonl"], .train, 8500), (development, .validation, 500),
      (["test_\(options.test.rawValue).jsonl"], .test, options.test == .seen ? 1000 : 2000),
    ]
    let items = try lists.flatMap { list in
      let name =
        list.names.first { FileManager.default.fileExists(atPath: folder.path + "/" + $0) }
        ?? list.names[0]
      let table = try TableFile.read(folder.path + "/" + name)
      let columns = try ["id", "img", "text", "label"].map { try table.column($0) }
      return try (0..<table.rowCount).map { row in
        let place = "\(folder.path)/\(name):\(table.line(ofRow: row))"
        guard let label = ["0", "1"].firstIndex(of: columns[3][row]) else {
          throw ListFile.malformed(place, "{id, img, label: 0 or 1, text}")
        }
        return CaptionedSource.Item(
          id: columns[0][row], split: list.split, label: label, image: columns[1][row],
          text: columns[2][row], place: place)
      }
    }
    return try CaptionedSource(
      name: Self.name, folder: folder, classes: ["not hateful", "hateful"], items: items,
      expected: Dictionary(uniqueKeysWithValues: lists.map { ($0.split, $0.published) }),
      options: options
    ).source()
  }
}
