// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

extension PreparedDataset {
  /// The samples of each split; a missing validation split is carved from the training split.
  ///
  /// Carving takes whole groups (speakers, subjects) if the dataset has at least two, otherwise the
  /// same share of each class. Every class stays in the training split. The choice depends on the
  /// seed and on the training split alone.
  ///
  /// - Parameters:
  ///   - validationFraction: The part of the training split to carve, if there is no validation
  ///     split.
  ///   - seed: What the choice depends on.
  /// - Returns: Disjoint samples; the test split may be empty.
  /// - Throws: `EquipoiseError` when the training split is empty or lacks a class, or is too small
  ///   to carve from.
  public func trainingSplits(
    validationFraction: Double, seed: UInt64
  ) throws -> [Split: Samples] {
    try trainingSplits(validationFraction: validationFraction, seed: seed) { _ in }
  }

  /// As the public method; `note` is told where groups could not be kept whole and which classes the
  /// carved split lacks.
  package func trainingSplits(
    validationFraction: Double, seed: UInt64, note: (String) -> Void
  ) throws -> [Split: Samples] {
    try trainingSplits(
      train: nonEmptySamples(.train), validation: samples(.validation), test: samples(.test),
      validationFraction: validationFraction, seed: seed, note: note)
  }

  /// The same of any samples; validation is carved from those for training where it is empty.
  func trainingSplits(
    train: Samples, validation: Samples, test: Samples, validationFraction: Double, seed: UInt64,
    note: (String) -> Void
  ) throws -> [Split: Samples] {
    try checkAnswers(of: train)
    guard validation.count == 0 else {
      return [.train: train, .validation: validation, .test: test]
    }
    let carving = ValidationCarving(train, description, seed: seed)
    let choice = carving.choose(share: validationFraction)
    let chosen = choice.samples
    guard !chosen.isEmpty else {
      throw EquipoiseError(
        .data, "there is no validation split and the training split is too small to carve one",
        at: folder,
        fix: "add samples: at least two"
          + (description.task == .classification ? " of some class" : ""))
    }
    carvingNotes(choice).forEach(note)
    let taken = Set(chosen)
    let rest = (0..<train.count).filter { !taken.contains($0) }
    return [
      .train: train.subset(rest), .validation: train.subset(chosen, as: .validation), .test: test,
    ]
  }

  private func carvingNotes(_ choice: ValidationCarving.Choice) -> [String] {
    var notes: [String] = []
    if choice.splitsGroups {
      notes.append(
        "validation is carved by class, not in whole groups, which would leave a class without "
          + "training samples: groups are in both, so validation scores are too good")
    }
    if !choice.absent.isEmpty, description.task == .classification {
      let names = Enumeration.text(choice.absent.map { "'\(description.classes[$0])'" })
      notes.append("the carved validation split has no sample of \(names)")
    }
    return notes
  }

  /// The samples of a split that must not be empty.
  ///
  /// - Parameter split: The split.
  /// - Returns: The samples in the order of the files.
  /// - Throws: `EquipoiseError` when there are none.
  public func nonEmptySamples(_ split: Split) throws -> Samples {
    let samples = try samples(split)
    guard samples.count > 0 else {
      let filled = Split.allCases.filter { description.splits[$0]?.isEmpty == false }
      throw EquipoiseError(
        .data, "split '\(split.rawValue)' is empty", at: folder,
        fix: filled.isEmpty
          ? "list files in \(DatasetDescription.fileName)"
          : "choose from \(filled.map(\.rawValue).joined(separator: ", "))")
    }
    return samples
  }

  private func checkAnswers(of train: Samples) throws {
    switch description.task {
    case .classification: try checkClasses(of: train)
    case .multilabel:
      let columns = train.targets?.columns ?? []
      let absent = columns.indices.filter { !columns[$0].contains(1) }
      guard absent.isEmpty else {
        let names = Enumeration.text(absent.map { "'\(description.classes[$0])'" })
        throw EquipoiseError(
          .data, "no sample of split 'train' has the label \(names)", at: folder,
          fix: "add samples or leave the label out of \(DatasetDescription.fileName) and the files")
      }
    case .regression:
      let columns = train.targets?.columns ?? []
      if let constant = columns.indices.first(where: { Set(columns[$0]).count < 2 }) {
        throw EquipoiseError(
          .data,
          "the target '\(description.targets[constant].name)' is the same for all samples of split 'train'",
          at: folder, fix: "add samples or leave the target out")
      }
    }
  }

  private func checkClasses(of train: Samples) throws {
    let counts = train.classCounts(description.classes.count)
    let absent = counts.indices.filter { counts[$0] == 0 }
    guard absent.isEmpty else {
      let names = absent.map { "'\(description.classes[$0])'" }.joined(separator: ", ")
      throw EquipoiseError(
        .data, "no sample of split 'train' is of class \(names)", at: folder,
        fix: "add samples or leave the class out of \(DatasetDescription.fileName)")
    }
  }
}
