// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFeatures
internal import EquipoiseKit
internal import EquipoiseMedia
internal import EquipoiseData
public import EquipoisePreparation
internal import EquipoiseFormats
internal import Foundation

/// Shows what training will see and hear.
public enum DataPreview {
  /// The name of the table that says what the rows of the sheets are.
  static let index = "index.csv"

  /// Writes a sheet MODALITY.png with one row per sample and index.csv, for raw media also CLASS-ID.wav.
  ///
  /// - Parameters:
  ///   - input: a prepared dataset, or a folder or manifest of raw media.
  ///   - output: the folder to write to; it is made if it is not there.
  ///   - recipe: the recipe for raw media.
  ///   - sets: its settings, as `KEY.PATH=VALUE`.
  ///   - perClass: how many training samples of each class.
  ///   - media: decodes.
  /// - Returns: the files written.
  /// - Throws: `EquipoiseError` or `FormatError` naming the file at fault.
  public static func write(
    _ input: String, to output: String, recipe: String, sets: [String], perClass: Int,
    media: MediaPreparation
  ) throws -> [String] {
    try FileSystem.makeWritableFolder(output)
    let isPrepared = FileManager.default.fileExists(
      atPath: input + "/" + DatasetDescription.fileName)
    let rows =
      isPrepared
      ? try prepared(input, perClass)
      : try raw(input, recipe: recipe, sets: sets, perClass, media)
    return try write(rows, to: output)
  }

  /// One sample.
  private struct Row {
    let id: String
    let label: String
    var pictures: [(modality: String, picture: PreviewPicture)] = []
    var sound: Waveform?
  }

  private static func prepared(_ folder: String, _ perClass: Int) throws -> [Row] {
    let dataset = try PreparedDataset(folder: folder)
    let samples = try dataset.samples(.train)
    let classes = dataset.description.classes
    // Several labels, or numbers, are no classes to choose by.
    let labels =
      samples.targets == nil ? samples.labels : [Int](repeating: 0, count: samples.count)
    return chosen(labels, perClass).map { index in
      let label =
        switch dataset.description.task {
        case .classification: classes[samples.labels[index]]
        case .multilabel, .regression:
          Self.text(
            samples.targets.map { Array($0.row(index)) } ?? [], dataset.description.task, classes)
        }
      var row = Row(id: samples.id(of: index), label: label)
      for (number, modality) in dataset.modalities.enumerated() {
        guard let array = samples.valid(number, ofSample: index) else { continue }
        if let picture = PreviewPicture(of: array, modality.description) {
          row.pictures.append((modality.name, picture))
        }
      }
      return row
    }
  }

  private static func raw(
    _ input: String, recipe: String, sets: [String], _ perClass: Int, _ media: MediaPreparation
  ) throws -> [Row] {
    let (source, decoder) = try RecipeCatalogue.inUse.mediaSource(
      recipe, input: input, sets: sets, media: media)
    let samples = source.samples.filter { $0.split == .train }
    return try chosen(samples.map(\.label), perClass).map { index in
      let sample = samples[index]
      let label =
        sample.targets.map { Self.text($0, source.task, source.classes) }
        ?? source.classes[sample.label]
      var row = Row(id: sample.id, label: label)
      for (number, modality) in source.modalities.enumerated() {
        let files = try sample.files[number].map {
          try source.folder.resolve($0, namedIn: sample.place)
        }
        // Of a modality that the sample lacks there is nothing to show.
        guard !files.isEmpty else { continue }
        let array = try modality.array(files, of: sample.id, by: decoder)
        if let picture = PreviewPicture(of: array, modality.feature.description) {
          row.pictures.append((modality.name, picture))
        }
        if let audio = modality.feature as? AudioFeature, let file = files.first {
          let rate = audio.spectrogram.sampleRate
          let samples = try decoder.sound(file, sampleRate: rate, atMost: 10 * rate).array.floats()
          row.sound = Waveform(samples: samples, sampleRate: rate)
        }
      }
      return row
    }
  }

  /// Labels, or numbers, with a bar between.
  private static func text(_ targets: [Float], _ task: LearningTask, _ names: [String]) -> String {
    (task == .multilabel
      ? zip(names, targets).filter { $1 == 1 }.map(\.0) : targets.map { "\($0)" })
      .joined(separator: "|")
  }

  /// The first samples of each class, class by class.
  private static func chosen(_ labels: [Int], _ perClass: Int) -> [Int] {
    Set(labels).sorted().flatMap { label in
      labels.indices.filter { labels[$0] == label }.prefix(perClass)
    }
  }

  private static func write(_ rows: [Row], to output: String) throws -> [String] {
    var written: [String] = []
    for name in Set(rows.flatMap { $0.pictures.map(\.modality) }).sorted() {
      let pictures = rows.compactMap { row in row.pictures.first { $0.modality == name }?.picture }
      try PreviewPicture.sheet(pictures).write(to: "\(output)/\(name).png")
      written.append("\(output)/\(name).png")
    }
    var table = CSV.line(["row", "id", "class", "sound"])
    var taken: Set<String> = []
    for (number, row) in rows.enumerated() {
      let file =
        row.sound == nil ? "" : fileName("\(row.label)-\(row.id)", besides: &taken) + ".wav"
      if let sound = row.sound {
        try WAV.write(sound, to: output + "/" + file)
        written.append(output + "/" + file)
      }
      table += CSV.line([String(number), row.id, row.label, file])
    }
    try AtomicFile.write(data: Data(table.utf8), to: output + "/" + index)
    return written + [output + "/" + index]
  }

  /// What of a name can be part of a file's, with a number where another has become the same.
  private static func fileName(_ name: String, besides taken: inout Set<String>) -> String {
    let usable = name.map { $0.isLetter || $0.isNumber || "-_".contains($0) ? $0 : "_" }
    let start = String(usable.prefix(48))
    var (result, number) = (start, 1)
    while !taken.insert(result.lowercased()).inserted {
      number += 1
      result = "\(start)-\(number)"
    }
    return result
  }
}
