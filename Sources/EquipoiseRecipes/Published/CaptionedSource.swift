// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseFeatures
internal import EquipoisePreparation

/// Pictures with texts, as a published list has them.
struct CaptionedSource {
  /// One of them.
  struct Item {
    let id: String
    let split: Split
    /// Its class, or nil where it has several labels.
    var label = 0
    var labels: [Float]?
    let image: String
    let text: String
    let place: String
  }

  let name: String
  let folder: MediaFolder
  let classes: [String]
  let items: [Item]
  let expected: [Split: Int]
  let options: CaptionedOptions

  /// The list with what is made of it. Throws `EquipoiseError` without a tokeniser for the texts.
  func source(_ task: LearningTask = .classification) throws -> MediaSource {
    var notes: [String] = []
    let names = options.modalities.sorted()
    let modalities = try names.map { name -> MediaModality in
      guard name == "text" else {
        var settings = ImageConfiguration()
        (settings.size, settings.shorterSide) = (options.size, options.shorterSide)
        return try MediaModality(name: name, feature: settings)
      }
      var settings = TextConfiguration()
      (settings.tokenizer, settings.maxLength) = (options.tokenizer, options.maxLength)
      let (modality, note) = try MediaModality.text(name, settings, of: items.map(\.text), at: "")
      notes.append(note)
      return modality
    }
    var source = MediaSource(
      name: name, folder: folder, classes: classes, modalities: modalities,
      samples: items.map { item in
        var sample = RawSample(
          id: item.id, split: item.split, label: item.label,
          files: names.map { [$0 == "text" ? InlineText.path(of: item.text) : item.image] },
          place: item.place)
        sample.targets = item.labels
        return sample
      }, expected: expected, expectCounts: options.expectCounts, extra: ["split": "official"],
      notes: notes)
    source.task = task
    return source
  }
}
