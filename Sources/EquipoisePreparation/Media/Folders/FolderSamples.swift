// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFeatures
internal import EquipoiseKit
internal import EquipoiseMedia
internal import EquipoiseFormats
internal import Foundation

/// The samples of a folder: files of one name, but for extension and modality's folder, belong together.
struct FolderSamples {
  /// A media file, or a folder of frames.
  struct File {
    let path: String
    let kind: MediaKind
    let isFolder: Bool
  }

  /// One sample.
  struct Sample {
    let id: String
    /// The folders that lead to its first file.
    let folders: [String]
    var files: [String: File] = [:]
  }

  private(set) var samples: [Sample] = []
  private(set) var faults: [EquipoiseError] = []
  private var places: [String: Int] = [:]
  private let place: String

  init(at place: String) { self.place = place }

  /// Adds a file to the sample of its name.
  ///
  /// `name` is the file's, or that of a folder of frames, and lies in `folders`; `shared` is the same without
  /// the folder of its modality.
  mutating func add(
    _ name: String, in folders: [String], shared: [String], kind: MediaKind, isFolder: Bool,
    to modality: String
  ) {
    // A folder may have the name of the video that its frames are of, or have any dot in its name.
    let hasEnding = !isFolder || MediaKind(file: name) != nil
    let stem = hasEnding ? (name as NSString).deletingPathExtension : name
    let id = (shared + [stem]).joined(separator: "/")
    let file = File(
      path: (folders + [name]).joined(separator: "/"), kind: kind, isFolder: isFolder)
    let index = places[id] ?? samples.count
    if index == samples.count {
      places[id] = index
      samples.append(Sample(id: id, folders: folders))
    }
    if let other = samples[index].files.updateValue(file, forKey: modality) {
      faults.append(
        EquipoiseError(
          .data,
          "two files are the \(modality) of one sample '\(id)': '\(other.path)' and "
            + "'\(file.path)'", at: place, fix: "rename or remove one"))
    }
  }

  /// Names of the modalities, sorted.
  var modalities: [String] { Set(samples.flatMap(\.files.keys)).sorted() }

  /// Gives samples without a sound file the sound of their video, if it has any; each video is looked at.
  /// Throws without a decoder.
  mutating func addSounds(
    as modality: String, of folder: MediaFolder, _ media: MediaPreparation
  ) throws {
    let silent = samples.indices.compactMap {
      index -> (index: Int, modality: String, path: String)? in
      let files = samples[index].files
      // Sound that a folder calls by another name is sound.
      guard files[modality] == nil, !files.values.contains(where: { $0.kind == .spectrogram })
      else { return nil }
      let videos = files.filter { $0.value.kind == .frames && !$0.value.isFolder }
      guard let video = videos.min(by: { $0.key < $1.key }) else { return nil }
      return (index, video.key, video.value.path)
    }
    guard !silent.isEmpty else { return }
    let decoder = try media.decoder(media.workers)
    let queue = PrefetchQueue(
      0..<silent.count, workers: media.workers, capacity: 4 * media.workers
    ) { item -> MediaDescription? in
      // What is corrupt is for the work itself to report.
      try? decoder.describe(folder.resolve(silent[item].path))
    }
    defer { queue.stop() }
    var unknown: [(index: Int, file: File)] = []
    for (item, found) in silent.enumerated() {
      let description = try queue.take(item)
      guard let video = samples[found.index].files[found.modality] else { continue }
      let sound = File(path: video.path, kind: .spectrogram, isFolder: false)
      if description == nil { unknown.append((found.index, sound)) }
      guard let description, description.audio != nil else { continue }
      samples[found.index].files[modality] = sound
      if description.video == nil { samples[found.index].files[found.modality] = nil }
    }
    guard modalities.contains(modality) else { return }
    for (index, sound) in unknown { samples[index].files[modality] = sound }
  }

  /// Leaves out samples that lack a modality. Returns those, by modality.
  mutating func removeIncomplete(_ modalities: [String]) -> [String: [String]] {
    let lacking = lacking(modalities)
    samples.removeAll { sample in modalities.contains { sample.files[$0] == nil } }
    return lacking
  }

  /// The names of the samples that lack a modality, by modality.
  func lacking(_ modalities: [String]) -> [String: [String]] {
    var lacking: [String: [String]] = [:]
    for sample in samples {
      for modality in modalities where sample.files[modality] == nil {
        lacking[modality, default: []].append(sample.id)
      }
    }
    return lacking
  }

  /// The kind of each modality's files; of several the commonest, and what is wrong with that.
  func kinds(
    _ modalities: [String], chosen: (String) -> Bool, at place: String
  ) -> (kinds: [String: MediaKind], faults: [EquipoiseError]) {
    var (kinds, faults) = ([String: MediaKind](), [EquipoiseError]())
    for modality in modalities {
      let files = samples.compactMap { $0.files[modality] }
      let byKind = Dictionary(grouping: files, by: \.kind)
        .sorted { ($1.value.count, $0.key.rawValue) < ($0.value.count, $1.key.rawValue) }
      kinds[modality] = byKind.first?.key
      guard byKind.count > 1, !chosen(modality) else { continue }
      let texts = byKind.map { kind, files in
        "\(files.count) of kind \(kind.rawValue), such as '\(files[0].path)'"
      }
      faults.append(
        EquipoiseError(
          .data,
          "the files of modality '\(modality)' are of several kinds: "
            + texts.joined(separator: "; "), at: place,
          fix:
            "keep one kind, put each into a folder of its own, MODALITY/CLASS, or choose how all are "
            + "read with \(.setting("modalities.\(modality).kind=\(byKind[0].key.rawValue)"))"))
    }
    return (kinds, faults)
  }
}
