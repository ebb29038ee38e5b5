// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFeatures
package import EquipoiseKit
package import EquipoiseData
internal import EquipoiseFormats
internal import Foundation

/// Reads the media files of a folder for prediction, however deep they lie: classes need not be known.
struct UnsortedFolder {
  private let folder: MediaFolder
  private let wanted: WantedModalities
  private let media: MediaPreparation

  init(_ folder: MediaFolder, _ wanted: WantedModalities, _ media: MediaPreparation) {
    (self.folder, self.wanted, self.media) = (folder, wanted, media)
  }

  /// The samples with those modalities that there are. Throws `EquipoiseError` for files that may be
  /// samples but cannot be read, and for more samples that lack a modality than may be left out.
  func rows() throws -> ListedSamples {
    let tree = FolderTree(folder, features: media.features)
    let faults = tree.leftOut.faults(at: folder.path, leaving: "move them out of the folder")
    if let fault = faults.first { throw fault }
    var leftOut = tree.leftOut
    var samples = FolderSamples(at: folder.path)
    for folder in tree.mediaFolders { add(folder, to: &samples, &leftOut) }
    if let fault = samples.faults.first { throw fault }
    if let sound = wanted.kinds.first(where: { $0.value == .spectrogram })?.key {
      try samples.addSounds(as: sound, of: folder, media)
    }
    let modalities = samples.modalities
    let all = samples.samples.count
    let lacking = samples.removeIncomplete(modalities)
    let texts = lacking.sorted { $0.key < $1.key }.map { modality, ids in
      "\(ids.count) of \(all) samples have no \(modality): \(Enumeration.text(ids, limit: 3))"
    }
    guard all - samples.samples.count <= media.maxCorrupt else {
      throw EquipoiseError(
        .data, texts.joined(separator: "; "), at: folder.path,
        fix:
          "add the files, put these samples into a folder of their own, or leave out up to N with "
          + "\(.argument("maxCorrupt=N"))")
    }
    return ListedSamples(
      modalities: modalities, rows: samples.samples.map { row($0, modalities) },
      place: folder.path,
      notes: leftOut.notes(withFaults: false) + texts.map { "left out: \($0)" })
  }

  private func add(
    _ folder: FolderTree.Folder, to samples: inout FolderSamples, _ leftOut: inout LeftOut
  ) {
    let named = folder.path.firstIndex {
      wanted.names.contains($0.lowercased()) && !wanted.classes.contains($0)
    }
    let modality = named.map { folder.path[$0].lowercased() }
    func shared(_ path: [String]) -> [String] {
      path.indices.filter { $0 != named }.map { path[$0] }
    }
    let takesFolders = wanted.kinds.values.contains { $0 == .frames || $0 == .flow }
    if folder.holdsImagesOnly, !folder.path.isEmpty, takesFolders,
      !wanted.kinds.values.contains(.image), let name = folder.path.last
    {
      let path = Array(folder.path.dropLast())
      let kind: MediaKind = folder.files.allSatisfy { $0.name.hasPrefix("flow_") } ? .flow : .frames
      if let modality = modality ?? wanted.modality(of: kind) {
        samples.add(
          name, in: path, shared: shared(path), kind: kind, isFolder: true, to: modality)
        return
      }
    }
    for (name, kind) in folder.files {
      guard let modality = modality ?? wanted.modality(of: kind) else {
        leftOut.add(.other, (folder.path + [name]).joined(separator: "/"))
        continue
      }
      samples.add(
        name, in: folder.path, shared: shared(folder.path), kind: kind, isFolder: false,
        to: modality)
    }
  }

  private func row(
    _ sample: FolderSamples.Sample, _ modalities: [String]
  ) -> ListedSamples.Row {
    let classes = sample.folders.filter { wanted.classes.contains($0) }
    return ListedSamples.Row(
      id: sample.id, split: "", label: classes.count == 1 ? classes[0] : "", group: nil,
      files: modalities.compactMap { sample.files[$0]?.path }, place: folder.path + "/" + sample.id)
  }
}

/// The modalities that a run was trained on, which new files are looked for.
package struct WantedModalities {
  var names: [String]
  /// What each is made of, where that is known.
  var kinds: [String: MediaKind]
  var classes: [String]
  /// Why this program cannot make one of them.
  package var refusal: EquipoiseError?

  /// The modality that files of a kind are for: the one of the usual name, else the only one.
  func modality(of kind: MediaKind) -> String? {
    let fitting = names.filter { name in
      kinds[name].map { $0 == kind || kind == .frames && $0 == .spectrogram } ?? true
    }
    let usual = ClassFolders.modality(of: kind)
    if fitting.contains(usual) { return usual }
    let exact = names.filter { kinds[$0] == kind }
    return exact.count == 1 ? exact[0] : fitting.count == 1 ? fitting[0] : nil
  }
}

extension WantedModalities {
  /// Those of a dataset, with the kinds of files that they were made of. Throws `EquipoiseError` where the
  /// record is not that of the dataset.
  package init(
    _ dataset: PreparedDataset, _ record: MediaRecord, _ media: MediaPreparation
  ) throws {
    names = dataset.modalities.map(\.name)
    classes = dataset.description.classes
    kinds = [:]
    for modality in dataset.modalities {
      do {
        let made = try record.modality(modality, of: dataset, by: media)
        kinds[modality.name] = Self.kind(of: made, media.features)
      } catch let error as EquipoiseError where error.kind == .usage {
        // What this program cannot compute is refused where it is needed.
        refusal = refusal ?? error
      }
    }
  }

  /// Nil for a feature of the program's own that takes no endings: files are told by the name of the modality.
  private static func kind(of modality: MediaModality, _ features: FeatureCatalogue) -> MediaKind? {
    if case .own(let own) = modality.record {
      let takesEndings = features.own(named: own.feature)?.extensions.isEmpty == false
      return takesEndings ? MediaKind(rawValue: own.feature) : nil
    }
    return switch modality.feature {
    case is AudioFeature: .spectrogram
    case is VideoFeature: .frames
    case is StillFeature: .image
    case is ArrayFeature: .array
    case let flow as FlowFeature: flow.flow == nil ? .flow : .frames
    default: nil
    }
  }
}
