// SPDX-License-Identifier: Apache-2.0
import Equipoise

/// Questions and replies, `NUMBER-CLASS-q.txt` and `NUMBER-CLASS-r.txt` in one folder.
struct Replies: MediaRecipe {
  struct Options: ConfigurationSection {
    /// The length of both vectors.
    var buckets = 32
  }

  static let name = "replies"
  static let summary = "questions and replies as bags of words"
  private let options: Options

  init(_ options: Options) { self.options = options }

  func source(input: String, media: MediaPreparation) throws -> MediaSource {
    var words = Words()
    words.buckets = options.buckets
    let classes = ["no", "yes"]
    let samples = (0..<24).map { number in
      let (label, id) = (number % 2, "\(number)-\(classes[number % 2])")
      return RawSample(
        id: id, split: number % 4 < 2 && number > 11 ? .test : .train, label: label,
        files: [["\(id)-q.txt"], ["\(id)-r.txt"]], place: id)
    }
    return MediaSource(
      name: Self.name, folder: try MediaFolder(input), classes: classes,
      modalities: [
        try MediaModality(name: "question", feature: words),
        try MediaModality(name: "reply", feature: words, standardised: true),
      ], samples: samples)
  }
}
