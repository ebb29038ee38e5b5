// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFeatures
internal import EquipoiseSettings
internal import EquipoiseData
internal import EquipoiseKit
internal import EquipoiseFormats
internal import Foundation

/// Reads folders that are named after classes: CLASS/file, SPLIT/CLASS/file, CLASS/GROUP/file,
/// MODALITY/CLASS/file, and what these make together. Files of one name but for the extension are one
/// sample; a folder of images below a class is the frames of one.
struct ClassFolders {
  private let folder: MediaFolder
  private let options: ManifestOptions
  private let media: MediaPreparation
  private let tree: FolderTree

  init(_ folder: MediaFolder, _ options: ManifestOptions, _ media: MediaPreparation) {
    (self.folder, self.options, self.media) = (folder, options, media)
    tree = FolderTree(folder, skip: options.skip, features: media.features)
  }

  /// The list that the folders make, with what is left out in its notes.
  ///
  /// Throws `EquipoiseError` for a folder without samples, or of which more than one reading makes sense,
  /// or with something that may be a sample but cannot be.
  func rows() throws -> ListedSamples {
    var leftOut = tree.leftOut
    if options.expectCounts { try report(leftOut.faults(at: folder.path)) }
    guard !tree.mediaFolders.isEmpty else {
      throw EquipoiseError(
        .data, "there is no manifest and no folder CLASS or SPLIT/CLASS with media files",
        at: folder.path, fix: "write manifest.csv, or sort the files into one folder per class")
    }
    let layout = try layout()
    var samples = FolderSamples(at: folder.path)
    try report(unnumberedFrames(layout).map { [$0] } ?? [])
    for folder in tree.mediaFolders {
      guard layout.name(.label, in: folder.path) != nil else {
        for file in folder.files {
          leftOut.add(.stray, (folder.path + [file.name]).joined(separator: "/"))
        }
        continue
      }
      add(folder, layout, to: &samples)
    }
    try report(samples.faults + classesWithoutMedia(layout))
    var notes = ["read as \(layout.text): " + contents(samples, layout)]
    notes += leftOut.notes(withFaults: !options.expectCounts)
    let modalities = try complete(&samples, layout, &notes)
    let (kinds, faults) = samples.kinds(
      modalities, chosen: { options.modalities[$0]?.kind != nil }, at: folder.path)
    try report(faults)
    return ListedSamples(
      modalities: modalities, rows: samples.samples.map { row($0, layout, modalities) },
      place: folder.path, notes: notes, kinds: kinds)
  }

  // MARK: What the folders are

  private func layout() throws -> FolderLayout {
    let alone = { (path: [String]) in
      (path + ["visual"]).contains { options.modalities[Self.modality($0)]?.kind == .image }
    }
    if let levels = options.levels {
      return try FolderLayout(levels: levels, at: folder.path, takesImagesAlone: alone)
    }
    return try FolderLayout(
      of: tree.mediaFolders, options.splitValues, at: folder.path, takesImagesAlone: alone)
  }

  private func add(
    _ folder: FolderTree.Folder, _ layout: FolderLayout, to samples: inout FolderSamples
  ) {
    let named = layout.name(.modality, in: folder.path).map(Self.modality)
    if layout.isSample(folder), let name = folder.path.last {
      let isFlow = folder.files.allSatisfy { $0.name.hasPrefix("flow_") }
      let path = Array(folder.path.dropLast())
      samples.add(
        name, in: path, shared: layout.shared(path), kind: isFlow ? .flow : .frames, isFolder: true,
        to: named ?? (isFlow ? "flow" : "visual"))
      return
    }
    for (name, kind) in folder.files {
      let heard = kind == .frames && named == "audio"
      samples.add(
        name, in: folder.path, shared: layout.shared(folder.path),
        kind: heard ? .spectrogram : kind, isFolder: false, to: named ?? Self.modality(of: kind))
    }
  }

  /// What files of a kind are called where no folder says it.
  static func modality(of kind: MediaKind) -> String {
    switch kind {
    case .spectrogram: "audio"
    case .array: "features"
    case .flow: "flow"
    case .frames, .image: "visual"
    default: kind.rawValue
    }
  }

  /// The modality that a folder is called after.
  private static func modality(_ folder: String) -> String {
    folder.lowercased().replacing(" ", with: "_")
  }

  /// Names without numbers have no order in time.
  private func unnumberedFrames(_ layout: FolderLayout) -> EquipoiseError? {
    guard options.modalities["visual"]?.kind == nil else { return nil }
    let doubtful = tree.mediaFolders.filter { folder in
      layout.isSample(folder) && folder.files.contains { !$0.name.contains(where: \.isNumber) }
    }
    guard let first = doubtful.first else { return nil }
    return EquipoiseError(
      .data,
      "the images in \(Enumeration.count(doubtful.count, "folder")), such as '\(first.name)', "
        + "have no numbers in their names: they may be the frames of one sample or samples themselves",
      at: folder.path,
      fix:
        "say which with \(.setting("modalities.visual.kind=frames")) or \(.setting("modalities.visual.kind=image"))"
    )
  }

  /// Classes that would vanish because no file of theirs is read.
  private func classesWithoutMedia(_ layout: FolderLayout) -> [EquipoiseError] {
    guard options.expectCounts, let level = layout.levels.firstIndex(of: .label) else { return [] }
    let present = Set(tree.mediaFolders.compactMap { layout.name(.label, in: $0.path) })
    let absent = tree.folders.filter { folder in
      folder.path.count == level + 1 && !present.contains(folder.path[level])
        && layout.levels[..<level].indices.allSatisfy { index in
          tree.mediaFolders.contains {
            $0.path.count > index && $0.path[index] == folder.path[index]
          }
        }
    }
    return absent.compactMap { folder in
      let others = tree.folders.filter { $0.path.starts(with: folder.path) }.flatMap(\.others)
      let isWritten = others.allSatisfy {
        FolderWords.documents.contains(($0 as NSString).pathExtension.lowercased())
      }
      guard others.isEmpty || !isWritten else { return nil }
      return EquipoiseError(
        .data,
        "class '\(folder.path[level])' has no media file: its folder '\(folder.name)' "
          + (others.isEmpty
            ? "is empty" : "has \(Enumeration.text(others.map { "'\($0)'" }, limit: 3))"),
        at: self.folder.path,
        fix:
          "add files that are read, or leave the folder out with \(.setting("skip=[\(folder.name)]"))"
      )
    }
  }

  private func contents(_ samples: FolderSamples, _ layout: FolderLayout) -> String {
    func count(_ level: FolderLevel) -> Int {
      Set(samples.samples.compactMap { layout.name(level, in: $0.folders) }).count
    }
    let classes = count(.label)
    var text =
      "\(classes) class\(classes == 1 ? "" : "es"), "
      + Enumeration.count(samples.samples.count, "sample")
    if layout.levels.contains(.group) { text += ", " + Enumeration.count(count(.group), "group") }
    return text
  }

  // MARK: From files to rows

  /// The modalities that all samples have; samples without one are refused or left out.
  private func complete(
    _ samples: inout FolderSamples, _ layout: FolderLayout, _ notes: inout [String]
  ) throws -> [String] {
    let sound = samples.modalities.contains("sound") ? "sound" : "audio"
    if options.only?.contains(sound) ?? true { try samples.addSounds(as: sound, of: folder, media) }
    let all = samples.modalities
    let modalities = try ManifestSource.selected(all, options.only)
    let lacking = samples.lacking(modalities)
    guard !lacking.isEmpty else { return modalities }
    let texts = lacking.sorted { $0.key < $1.key }.map { modality, ids in
      "\(ids.count) of \(samples.samples.count) samples have no \(modality)"
        + (modality == sound ? ", neither a file nor a sound track" : "")
        + ": \(Enumeration.text(ids, limit: 3))"
    }
    let classes = labels(samples, layout)
    if !options.expectCounts {
      _ = samples.removeIncomplete(modalities)
      let lost = classes.subtracting(labels(samples, layout)).sorted()
      if lost.isEmpty {
        notes += texts.map { "left out: \($0)" }
        return modalities
      }
      throw EquipoiseError(
        .data,
        texts.joined(separator: "; ") + "; without them there is no sample of "
          + Enumeration.text(lost.map { "'\($0)'" }), at: folder.path, fix: whole(all, lacking))
    }
    try report([
      EquipoiseError(
        .data, texts.joined(separator: "; "), at: folder.path,
        fix: whole(all, lacking)
          + ", or leave these samples out with \(.setting("expectCounts=false"))")
    ])
    _ = samples.removeIncomplete(modalities)
    return modalities
  }

  private func whole(_ modalities: [String], _ lacking: [String: [String]]) -> String {
    let whole = modalities.filter { lacking[$0] == nil }
    return whole.isEmpty
      ? "add the files"
      : "add the files, use what all have with "
        + "\(.setting("only=[\(whole.joined(separator: ", "))]"))"
  }

  private func labels(_ samples: FolderSamples, _ layout: FolderLayout) -> Set<String> {
    Set(samples.samples.compactMap { layout.name(.label, in: $0.folders) })
  }

  private func row(
    _ sample: FolderSamples.Sample, _ layout: FolderLayout, _ modalities: [String]
  ) -> ListedSamples.Row {
    let split = layout.name(.split, in: sample.folders)
      .flatMap { FolderWords.split($0, options.splitValues) }
    return ListedSamples.Row(
      id: sample.id, split: split?.rawValue ?? "",
      // macOS decomposes what most programs write as one character.
      label: (layout.name(.label, in: sample.folders) ?? "").precomposedStringWithCanonicalMapping,
      group: layout.name(.group, in: sample.folders),
      files: modalities.compactMap { sample.files[$0]?.path }, place: folder.path + "/" + sample.id)
  }

  private func report(_ faults: [EquipoiseError]) throws {
    for fault in faults { try media.report(fault) }
  }
}
