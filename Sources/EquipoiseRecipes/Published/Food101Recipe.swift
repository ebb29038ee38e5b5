// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseFormats
public import EquipoisePreparation
internal import Foundation

/// UPMC Food-101 (Wang et al., ICMEW 2015): pictures of 101 dishes with the titles of the pages that they are from.
///
/// The folder is the one that multimodal papers share: `images/train/CLASS/CLASS_N.jpg`, `images/test/…`, and
/// `texts/train_titles.csv` and `texts/test_titles.csv` with picture, title and class, without a header.
public struct Food101Recipe: DatasetRecipe, MediaRecipe {
  /// The recipe's name.
  public static let name = "food-101"
  /// What it makes, and from what.
  public static let summary =
    "UPMC Food-101, 101 classes: pictures and titles from images/ and texts/*_titles.csv"

  private let options: CaptionedOptions

  /// The recipe with these settings.
  public init(_ options: CaptionedOptions) { self.options = options }

  /// Reads the lists.
  public func source(input: String, media: MediaPreparation) throws -> MediaSource {
    let folder = try MediaFolder(input)
    let lists: [(name: String, split: Split, published: Int)] = [
      ("train", .train, 67_972), ("test", .test, 22_716),
    ]
    let rows = try lists.map { list in
      try Self.rows(folder.path + "/texts/\(list.name)_titles.csv")
    }
    let classes = Set(rows.joined().map(\.label)).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    let items = zip(lists, rows).flatMap { list, rows in
      rows.map { row in
        CaptionedSource.Item(
          id: (row.image as NSString).deletingPathExtension, split: list.split,
          label: numbers[row.label] ?? 0,
          image: "images/\(list.name)/\(row.label)/\(row.image)", text: row.title,
          place: row.place)
      }
    }
    return try CaptionedSource(
      name: Self.name, folder: folder, classes: classes, items: items,
      expected: Dictionary(uniqueKeysWithValues: lists.map { ($0.split, $0.published) }),
      options: options
    ).source()
  }

  /// Pictures, titles and classes: titles may have commas and line breaks in quotes.
  private static func rows(
    _ path: String
  ) throws -> [(image: String, title: String, label: String, place: String)] {
    let text = try MappedFile(path: path).withBytes { String(decoding: $0, as: UTF8.self) }
    return try TitleRows.parse(text).enumerated().map { number, fields in
      let place = "\(path): row \(number + 1)"
      guard fields.count == 3, !fields[0].isEmpty, !fields[2].isEmpty, !fields[0].contains("/")
      else {
        throw ListFile.malformed(place, "CLASS_N.jpg,TITLE,CLASS")
      }
      return (fields[0], fields[1], fields[2], place)
    }
  }
}

/// Comma-separated rows without a header.
enum TitleRows {
  /// The fields of each row that is not empty; quotes as in RFC 4180.
  static func parse(_ text: String) -> [[String]] {
    var rows: [[String]] = []
    var (fields, field, isQuoted) = ([String](), "", false)
    var rest = Substring(text)
    func isEmpty(_ row: [String]) -> Bool { row.allSatisfy(\.isEmpty) }
    while let character = rest.popFirst() {
      switch character {
      case "\"" where isQuoted && rest.first == "\"":
        rest.removeFirst()
        field.append("\"")
      case "\"" where isQuoted || field.isEmpty: isQuoted.toggle()
      case "," where !isQuoted:
        fields.append(field)
        field = ""
      case "\n" where !isQuoted, "\r\n" where !isQuoted:
        fields.append(field)
        if !isEmpty(fields) { rows.append(fields) }
        (fields, field) = ([], "")
      default: field.append(character)
      }
    }
    fields.append(field)
    if !isEmpty(fields) { rows.append(fields) }
    return rows
  }
}
