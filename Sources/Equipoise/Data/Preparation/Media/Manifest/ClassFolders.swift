internal import Formats
internal import Foundation

/// Reads folders that are named after classes: DIR/CLASS/file or DIR/SPLIT/CLASS/file. Files of one name
/// but for the extension are one sample; a folder of images is the frames of one.
enum ClassFolders {
  /// Throws `EquipoiseError` for a folder without samples.
  static func rows(
    _ folder: MediaFolder, _ options: ManifestOptions, _ media: MediaPreparation
  ) throws -> ListedSamples {
    let top = try names(in: folder, "").filter { isFolder(folder.path + "/" + $0) }
    let values = options.splitValues
    let splitNames = Set(values.train + values.validation + values.test)
    let hasSplits = !top.isEmpty && top.allSatisfy(splitNames.contains)
    var found: [(split: String, label: String, folder: String)] = []
    for name in top {
      if hasSplits {
        for label in try names(in: folder, name) where isFolder("\(folder.path)/\(name)/\(label)") {
          found.append((name, label, "\(name)/\(label)"))
        }
      } else {
        found.append(("", name, name))
      }
    }
    var samples: [(row: ListedSamples.Row, files: [String: String])] = []
    for (split, label, path) in found {
      for (id, files) in try clips(folder, path) {
        let row = ListedSamples.Row(
          id: id, split: split, label: label, group: nil, files: [], place: folder.path + "/" + id)
        samples.append((row, files))
      }
    }
    return try listed(samples, folder, options, media)
  }

  /// Samples by name, with the files of each modality.
  private static func clips(
    _ folder: MediaFolder, _ path: String
  ) throws -> [(String, [String: String])] {
    var clips: [String: [String: String]] = [:]
    for name in try names(in: folder, path) {
      let file = path + "/" + name
      let kind = isFolder(folder.path + "/" + file) ? .frames : MediaKind(file: name)
      guard let kind,
        kind != .frames || (file as NSString).pathExtension != ""
          || isFolder(
            folder.path + "/" + file)
      else { continue }
      let modality =
        switch kind {
        case .spectrogram: "audio"
        case .array: "features"
        case .frames, .image, .flow: "visual"
        }
      let id = (file as NSString).deletingPathExtension
      guard clips[id, default: [:]].updateValue(file, forKey: modality) == nil else {
        throw EquipoiseError(
          .data, "two files are the \(modality) of one sample '\(id)'",
          at: folder.path + "/" + file, fix: "rename or remove one")
      }
    }
    return clips.sorted { $0.key < $1.key }
  }

  private static func listed(
    _ samples: [(row: ListedSamples.Row, files: [String: String])], _ folder: MediaFolder,
    _ options: ManifestOptions, _ media: MediaPreparation
  ) throws -> ListedSamples {
    guard let first = samples.first else {
      throw EquipoiseError(
        .data, "there is no manifest and no folder CLASS or SPLIT/CLASS with media files",
        at: folder.path, fix: "write manifest.csv, or sort the files into one folder per class")
    }
    var modalities = Set(samples.flatMap(\.files.keys)).sorted()
    // A video brings its own sound.
    let sounds = try !modalities.contains("audio") && hasSound(first.files["visual"], folder, media)
    if sounds { modalities = ["audio"] + modalities }
    modalities = try ManifestSource.selected(modalities, options.only)
    let rows = try samples.map { sample in
      var row = sample.row
      row.files = try modalities.map { modality in
        guard let file = sample.files[sounds && modality == "audio" ? "visual" : modality] else {
          throw EquipoiseError(
            .data, "sample '\(row.id)' has no file for '\(modality)', which others have",
            at: row.place, fix: "add it, or choose modalities with --set only=[...]")
        }
        return file
      }
      return row
    }
    return ListedSamples(modalities: modalities, rows: rows, place: folder.path)
  }

  private static func hasSound(
    _ file: String?, _ folder: MediaFolder, _ media: MediaPreparation
  ) throws -> Bool {
    guard let file, MediaKind(file: file) == .frames, !isFolder(folder.path + "/" + file) else {
      return false
    }
    // A corrupt first file is for the work itself to report.
    return (try? media.decoder(1).describe(folder.resolve(file)))?.audio != nil
  }

  private static func names(in folder: MediaFolder, _ path: String) throws -> [String] {
    let whole = path.isEmpty ? folder.path : try folder.resolve(path)
    return ((try? FileManager.default.contentsOfDirectory(atPath: whole)) ?? [])
      .filter { !$0.hasPrefix(".") }.sorted()
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder = ObjCBool(false)
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}
