// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats

/// What is in a dataset, as `inspect` and `prepare` show it.
struct DatasetSummary: Encodable {
  /// One modality.
  struct Modality: Encodable {
    let kind: ModalityKind
    let shape: [Int]
    let dtype: String
  }

  /// One split.
  struct Part: Encodable {
    let samples: Int
    /// How many samples each class has, in the order of the classes.
    let classCounts: [Int]
    /// How many speakers, subjects or the like there are; nil when the dataset has none.
    let groups: Int?
  }

  let name: String
  let folder: String
  let classes: [String]
  let modalities: [String: Modality]
  let splits: [String: Part]
  /// Whether the validation samples are taken from the training split.
  let validationIsCarved: Bool

  /// The summary of a dataset of which `samples` are used.
  init(_ dataset: PreparedDataset, _ samples: [Split: Samples]) {
    let description = dataset.description
    name = description.name
    folder = dataset.folder
    classes = description.classes
    modalities = Dictionary(
      uniqueKeysWithValues: dataset.modalities.map {
        let modality = $0.description
        let type = modality.type.rawValue
        return ($0.name, Modality(kind: modality.kind, shape: modality.shape, dtype: type))
      })
    splits = Dictionary(
      uniqueKeysWithValues: samples.map { split, samples in
        let part = Part(
          samples: samples.count, classCounts: samples.classCounts(description.classes.count),
          groups: samples.groups.map { Set($0).count })
        return (split.rawValue, part)
      })
    validationIsCarved =
      description.splits[.validation]?.isEmpty != false && samples[.validation]?.count ?? 0 > 0
  }

  /// The summary as tables.
  var text: String {
    var shapes = TextTable(["modality", "kind", "shape", "type"], [.left, .left, .left, .left])
    for (name, modality) in modalities.sorted(by: { $0.key < $1.key }) {
      shapes.add([name, modality.kind.rawValue, Numbers.shape(modality.shape), modality.dtype])
    }
    let carved = validationIsCarved ? "The validation samples are carved from train.\n" : ""
    return "dataset \(name) in \(folder), \(classes.count) classes\n\n\(shapes.text())\n"
      + counts.text() + carved
  }

  private var counts: TextTable {
    let order = Split.allCases.map(\.rawValue)
    let parts = order.compactMap { name in splits[name].map { (name, $0) } }
    var table = TextTable(["split"] + parts.map(\.0))
    table.add(["samples"] + parts.map { Numbers.count($1.samples) })
    if parts.contains(where: { $1.groups != nil }) {
      table.add(["groups"] + parts.map { $1.groups.map(Numbers.count) ?? "–" })
    }
    // A long list of classes is told by its extremes.
    guard classes.count > 30 else {
      for (index, name) in classes.enumerated() {
        table.add(["  \(name)"] + parts.map { Numbers.count($1.classCounts[index]) })
      }
      return table
    }
    table.add(["smallest class"] + parts.map { Numbers.count($1.classCounts.min() ?? 0) })
    table.add(["largest class"] + parts.map { Numbers.count($1.classCounts.max() ?? 0) })
    return table
  }
}
