/// Training, validation and test samples of a dataset.
public struct DatasetSplits: Sendable {
  /// What the model learns from.
  public let train: Samples
  /// What model selection and tuning see.
  public let validation: Samples
  /// What is only ever reported; empty when the dataset has no test split.
  public let test: Samples
  /// Whether the validation samples were taken from the training split, because the dataset has no
  /// validation split of its own.
  public let isValidationCarved: Bool
}

extension PreparedDataset {
  /// The three splits; a missing validation split is carved from the training split.
  ///
  /// Carving takes whole groups (speakers, subjects) if the dataset has at least two, otherwise the
  /// same share of each class. Every class stays in the training split. The choice depends on the
  /// seed and on the training split alone.
  ///
  /// - Parameters:
  ///   - validationShare: The part of the training split to carve, if there is no validation split.
  ///   - seed: What the choice depends on.
  /// - Returns: Disjoint samples.
  /// - Throws: `EquipoiseError` when the training split is empty or lacks a class, or is too small
  ///   to carve from.
  public func splits(validationShare: Double, seed: UInt64) throws -> DatasetSplits {
    let train = try samples(.train)
    try checkClasses(of: train)
    let (validation, test) = (try samples(.validation), try samples(.test))
    guard validation.count == 0 else {
      return DatasetSplits(
        train: train, validation: validation, test: test, isValidationCarved: false)
    }
    let carving = ValidationCarving(train, classes: description.classes.count, seed: seed)
    let chosen = carving.choose(share: validationShare)
    guard !chosen.isEmpty else {
      throw EquipoiseError(
        .data, "there is no validation split and the training split is too small to carve one",
        at: folder, fix: "add samples: at least two of some class")
    }
    let taken = Set(chosen)
    return DatasetSplits(
      train: train.subset((0..<train.count).filter { !taken.contains($0) }),
      validation: train.subset(chosen, as: .validation), test: test, isValidationCarved: true)
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

  private func checkClasses(of train: Samples) throws {
    guard train.count > 0 else { throw try emptyTrain() }
    let counts = train.classCounts(description.classes.count)
    let absent = counts.indices.filter { counts[$0] == 0 }
    guard absent.isEmpty else {
      let names = absent.map { "'\(description.classes[$0])'" }.joined(separator: ", ")
      throw EquipoiseError(
        .data, "no sample of split 'train' is of class \(names)", at: folder,
        fix: "add samples or leave the class out of \(DatasetDescription.fileName)")
    }
  }

  private func emptyTrain() throws -> EquipoiseError {
    do {
      _ = try nonEmptySamples(.train)
    } catch let error as EquipoiseError { return error }
    preconditionFailure("the training split is not empty")
  }
}
