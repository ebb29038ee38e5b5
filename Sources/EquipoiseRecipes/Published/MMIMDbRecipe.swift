// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseFormats
public import EquipoisePreparation
internal import Foundation

/// MM-IMDb (Arevalo et al., 2017): posters and plots of films, of which each has some of 23 genres.
///
/// The folder is the dataset's own: `split.json` with the lists `train`, `dev` and `test`, and `dataset/ID.json` with
/// `dataset/ID.jpeg`. Of several plots the longest counts, as in MMBT (Kiela et al., 2019); genres beside the 23 are left out.
public struct MMIMDbRecipe: DatasetRecipe, MediaRecipe {
  /// The recipe's name.
  public static let name = "mm-imdb"
  /// What it makes, and from what.
  public static let summary =
    "MM-IMDb, 23 genres of which a film has several: posters and plots from dataset/ and split.json"

  /// The genres that are told, the most frequent first.
  static let genres = [
    "Drama", "Comedy", "Romance", "Thriller", "Crime", "Action", "Adventure", "Horror",
    "Documentary", "Mystery", "Sci-Fi", "Music", "Fantasy", "Family", "Biography", "War", "History",
    "Animation", "Musical", "Western", "Sport", "Short", "Film-Noir",
  ]

  private let options: CaptionedOptions

  /// The recipe with these settings.
  public init(_ options: CaptionedOptions) { self.options = options }

  /// What is read of a film.
  private struct Film: Decodable {
    let genres: [String]
    let plot: [String]
  }

  /// Reads the lists and the films.
  public func source(input: String, media: MediaPreparation) throws -> MediaSource {
    let folder = try MediaFolder(input)
    let lists: [(name: String, split: Split, published: Int)] = [
      ("train", .train, 15_552), ("dev", .validation, 2608), ("test", .test, 7799),
    ]
    let path = try folder.resolve("split.json")
    let splits: [String: [String]] = try Self.decoded(
      path, as: "{train: [ID], dev: [ID], test: [ID]}")
    let items = try lists.flatMap { list in
      try splits[list.name, default: []].map { try item($0, list.split, folder, listedIn: path) }
    }
    return try CaptionedSource(
      name: Self.name, folder: folder, classes: Self.genres, items: items,
      expected: Dictionary(uniqueKeysWithValues: lists.map { ($0.split, $0.published) }),
      options: options
    ).source(.multilabel)
  }

  private func item(
    _ id: String, _ split: Split, _ folder: MediaFolder, listedIn list: String
  ) throws -> CaptionedSource.Item {
    let path = try folder.resolve("dataset/\(id).json", namedIn: list)
    let film: Film = try Self.decoded(path, as: "{genres: [TEXT], plot: [TEXT]}")
    let own = Set(film.genres)
    let plot = film.plot.max { $0.unicodeScalars.count < $1.unicodeScalars.count } ?? ""
    return CaptionedSource.Item(
      id: id, split: split, labels: Self.genres.map { own.contains($0) ? 1 : 0 },
      image: "dataset/\(id).jpeg", text: plot, place: path)
  }

  private static func decoded<Content: Decodable>(
    _ path: String, as form: String
  ) throws -> Content {
    let bytes = try MappedFile(path: path).withBytes { Data($0) }
    do { return try JSONDecoder().decode(Content.self, from: bytes) } catch {
      throw EquipoiseError(
        .data, "the file is not '\(form)'", at: path, fix: "take it as it was published")
    }
  }
}
