// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFeatures
internal import EquipoiseKit
internal import EquipoiseData
internal import EquipoiseFormats

/// The samples of a list whose files are all there, and those of which one is missing.
struct ResolvedSamples {
  /// A file that is not there.
  struct Missing: Equatable {
    let id: String
    let split: Split
    let modality: String
    let file: String
  }

  /// By split and in the order of the list.
  private(set) var samples: [ResolvedSample] = []
  private(set) var missing: [Missing] = []

  /// Looks for every file. Throws `EquipoiseError` for one outside of the folder and for a name that two
  /// samples have.
  init(_ source: MediaSource) throws {
    var places: [String: String] = [:]
    for split in Split.allCases {
      for sample in source.samples where sample.split == split {
        if let other = places.updateValue(sample.place, forKey: sample.id) {
          throw EquipoiseError(
            .data, "two samples are called '\(sample.id)', the other at \(other)",
            at: sample.place, fix: "give each sample one name and one split")
        }
        try add(sample, source)
      }
    }
  }

  private mutating func add(_ sample: RawSample, _ source: MediaSource) throws {
    var paths: [[String]] = []
    var absent: [Missing] = []
    for (index, modality) in source.modalities.enumerated() {
      var found: [String] = []
      for name in sample.files[index] {
        if modality.takesTexts, InlineText.text(name) != nil {
          found.append(name)
        } else if try source.folder.holds(name, namedIn: sample.place) {
          found.append(try source.folder.resolve(name, namedIn: sample.place))
        } else {
          absent.append(
            .init(id: sample.id, split: sample.split, modality: modality.name, file: name))
        }
      }
      // Of the two folders of flow one alone is nothing.
      paths.append(found.count < sample.files[index].count ? [] : found)
    }
    let isUsed = source.allowsMissing ? paths.contains { !$0.isEmpty } : absent.isEmpty
    if isUsed {
      samples.append(ResolvedSample(sample, paths: paths))
    } else if absent.isEmpty {
      missing.append(.init(id: sample.id, split: sample.split, modality: "", file: ""))
    } else {
      missing += absent
    }
  }

  /// How many of the samples lack each modality, of those that some lack.
  func absences(_ source: MediaSource) -> [(modality: String, count: Int)] {
    source.modalities.enumerated().compactMap { index, modality in
      let count = samples.count { $0.paths[index].isEmpty }
      return count > 0 ? (modality.name, count) : nil
    }
  }

  /// The missing files as a table.
  var table: String {
    CSV.line(["id", "split", "modality", "file"])
      + missing.map { CSV.line([$0.id, $0.split.rawValue, $0.modality, $0.file]) }.joined()
  }
}
