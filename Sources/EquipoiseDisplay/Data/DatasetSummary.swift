// SPDX-License-Identifier: Apache-2.0
package import Equipoise
import EquipoiseFormats

/// What is in a dataset, as `inspect` and `prepare` show it.
package struct DatasetSummary: Encodable {
  /// One modality.
  struct Modality: Encodable {
    let kind: ModalityKind
    let shape: [Int]
    let dtype: String
  }

  /// The numbers of a target in one split.
  struct Target: Encodable {
    let mean: Double
    let least: Double
    let largest: Double

    init(_ numbers: [Float]) {
      mean = numbers.reduce(0) { $0 + Double($1) } / Double(max(1, numbers.count))
      (least, largest) = (Double(numbers.min() ?? 0), Double(numbers.max() ?? 0))
    }
  }

  /// The valid steps of a modality's samples in one split.
  struct Lengths: Encodable {
    let mean: Double
    let least: Int
    let largest: Int

    init(_ lengths: [Int]) {
      mean = Double(lengths.reduce(0, +)) / Double(max(1, lengths.count))
      (least, largest) = (lengths.min() ?? 0, lengths.max() ?? 0)
    }
  }

  /// One split.
  struct Part: Encodable {
    let samples: Int
    /// How many samples each class has, or have each label, in their order; nil in a regression.
    let classCounts: [Int]?
    /// What each target's numbers are, in their order; nil for other tasks.
    let targets: [Target]?
    /// How many speakers, subjects or the like there are; nil when the dataset has none.
    let groups: Int?
    /// The steps of samples of modalities that have lengths; nil when none has.
    let lengths: [String: Lengths]?
    /// How many samples lack a modality, of those that may be missing; nil when none may.
    let absent: [String: Int]?

    init(_ samples: Samples, _ description: DatasetDescription) {
      let isRegression = description.task == .regression
      self.samples = samples.count
      classCounts = isRegression ? nil : samples.counts(of: description)
      targets = isRegression ? samples.targets?.columns.map(Target.init) ?? [] : nil
      groups = samples.groups.map { Set($0).count }
      func named<Value>(_ values: [Value?]) -> [String: Value]? {
        let pairs = zip(samples.modalities, values).compactMap { modality, value in
          value.map { (modality.name, $0) }
        }
        return pairs.isEmpty ? nil : Dictionary(uniqueKeysWithValues: pairs)
      }
      lengths = named(samples.modalities.indices.map { samples.ownLengths($0).map(Lengths.init) })
      absent = named(samples.present.map { $0.map { $0.count { !$0 } } })
    }
  }

  let name: String
  let folder: String
  let task: LearningTask
  /// The classes or labels; empty in a regression.
  let classes: [String]
  /// A regression's targets; empty for other tasks.
  let targets: [TargetDescription]
  let modalities: [String: Modality]
  let splits: [String: Part]
  /// Whether the validation samples are taken from the training split.
  let validationIsCarved: Bool
  /// What became of numbers that were missing when it was prepared; nil where that was refused.
  let missingValues: MissingNumbers?

  /// The summary of a dataset of which `samples` are used.
  package init(_ dataset: PreparedDataset, _ samples: [Split: Samples]) {
    let description = dataset.description
    name = description.name
    folder = dataset.folder
    missingValues = description.missingNumbers
    (task, classes, targets) = (description.task, description.classes, description.targets)
    modalities = Dictionary(
      uniqueKeysWithValues: dataset.modalities.map {
        let modality = $0.description
        let type = modality.type.rawValue
        return ($0.name, Modality(kind: modality.kind, shape: modality.shape, dtype: type))
      })
    splits = Dictionary(
      uniqueKeysWithValues: samples.map { ($0.rawValue, Part($1, description)) })
    validationIsCarved =
      description.splits[.validation]?.isEmpty != false && samples[.validation]?.count ?? 0 > 0
  }

  /// The summary as tables.
  package var text: String {
    var shapes = TextTable(["modality", "kind", "shape", "type"], [.left, .left, .left, .left])
    for (name, modality) in modalities.sorted(by: { $0.key < $1.key }) {
      shapes.add([name, modality.kind.rawValue, Numbers.shape(modality.shape), modality.dtype])
    }
    let carved = validationIsCarved ? "The validation samples are carved from train.\n" : ""
    let missing = missingValues.map { "Missing values, \($0.sentence).\n" } ?? ""
    let outputs =
      switch task {
      case .classification: "\(classes.count) classes"
      case .multilabel: Enumeration.count(classes.count, "label")
      case .regression: Enumeration.count(targets.count, "target")
      }
    return "dataset \(name) in \(folder), \(outputs)\n\n\(shapes.text())\n"
      + counts.text() + carved + missing
  }

  /// Mean, least and largest number of a target.
  private static func text(_ targets: [Target]?, _ index: Int) -> String {
    guard let targets, targets.indices.contains(index) else { return "–" }
    let target = targets[index]
    return [target.mean, target.least, target.largest].map { Numbers.loss($0) }
      .joined(separator: ", ")
  }

  private var counts: TextTable {
    let order = Split.allCases.map(\.rawValue)
    let parts = order.compactMap { name in splits[name].map { (name, $0) } }
    var table = TextTable(["split"] + parts.map(\.0))
    table.add(["samples"] + parts.map { Numbers.count($1.samples) })
    if parts.contains(where: { $1.groups != nil }) {
      table.add(["groups"] + parts.map { $1.groups.map(Numbers.count) ?? "–" })
    }
    for name in Set(parts.flatMap { $1.lengths?.keys.map { $0 } ?? [] }).sorted() {
      table.add(
        ["steps of \(name): mean, least, largest"]
          + parts.map { part in
            part.1.lengths?[name].map {
              "\(Numbers.loss($0.mean)), \($0.least), \($0.largest)"
            } ?? "–"
          })
    }
    for name in Set(parts.flatMap { $1.absent?.keys.map { $0 } ?? [] }).sorted() {
      table.add(
        ["without \(name)"] + parts.map { $1.absent?[name].map(Numbers.count) ?? "–" })
    }
    for (index, target) in targets.enumerated() {
      table.add(
        ["  \(target.name): mean, least, largest"] + parts.map { Self.text($1.targets, index) })
    }
    // A long list of classes is told by its extremes.
    guard classes.count > 30 else {
      for (index, name) in classes.enumerated() {
        table.add(["  \(name)"] + parts.map { Numbers.count($1.classCounts?[index] ?? 0) })
      }
      return table
    }
    table.add(
      ["smallest \(task == .multilabel ? "label" : "class")"]
        + parts.map { Numbers.count($1.classCounts?.min() ?? 0) })
    table.add(
      ["largest \(task == .multilabel ? "label" : "class")"]
        + parts.map { Numbers.count($1.classCounts?.max() ?? 0) })
    return table
  }
}
