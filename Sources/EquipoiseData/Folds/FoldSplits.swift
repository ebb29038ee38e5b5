// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// How a dataset is dealt into folds.
public struct FoldOptions: Equatable, Sendable {
  /// The number of folds; nil makes each group a fold.
  public var count: Int?
  /// Which fold is the test split, from 0.
  public var fold: Int
  /// The splits of the dataset whose samples are dealt; nil takes all.
  public var splits: [Split]?
  /// What the deal depends on: the same for all runs of a comparison.
  public var seed: UInt64

  /// Folds.
  public init(count: Int?, fold: Int, splits: [Split]? = nil, seed: UInt64 = 0) {
    (self.count, self.fold, self.splits, self.seed) = (count, fold, splits, seed)
  }
}

extension PreparedDataset {
  /// The samples with one fold as the test split, and validation carved from the others.
  ///
  /// - Parameters:
  ///   - options: the folds.
  ///   - validationFraction: the part of the others to carve.
  ///   - seed: what the carving depends on.
  ///   - note: told what the user should know.
  /// - Returns: disjoint samples.
  /// - Throws: `EquipoiseError` when there are not enough samples or groups, or training lacks a class.
  package func foldSplits(
    _ options: FoldOptions, validationFraction: Double, seed: UInt64, note: (String) -> Void
  ) throws -> [Split: Samples] {
    let (pool, folds) = try folds(options)
    guard (0..<folds.count).contains(options.fold) else {
      throw EquipoiseError(
        .configuration, "there is no fold \(options.fold): the folds are 0 to \(folds.count - 1)",
        at: "evaluation.fold", fix: "choose one of these")
    }
    let indices = folds.folds.indices
    let test = pool.subset(indices.filter { folds.folds[$0] == options.fold }, as: .test)
    let rest = pool.subset(indices.filter { folds.folds[$0] != options.fold })
    noteAbsent(in: test, note)
    return try trainingSplits(
      train: rest, validation: rest.subset([], as: .validation), test: test,
      validationFraction: validationFraction, seed: seed, note: note)
  }

  /// How many folds there are.
  package func foldCount(_ options: FoldOptions) throws -> Int { try folds(options).folds.count }

  private func folds(
    _ options: FoldOptions
  ) throws -> (pool: Samples, folds: FoldAssignment) {
    let pool = try pool(options.splits ?? Split.allCases)
    func refuse(_ what: String, _ remedy: String) -> EquipoiseError {
      EquipoiseError(.data, what, at: folder, fix: remedy)
    }
    let groups = pool.groups.map { Set($0).count }
    guard let count = options.count else {
      guard let numbers = pool.groups, let groups, groups > 1 else {
        throw refuse(
          groups == nil
            ? "the samples have no groups to leave out"
            : "all samples are of one group, which cannot be left out",
          "prepare the data with groups, such as speakers, or choose evaluation.folds")
      }
      return (pool, FoldAssignment(leavingOut: numbers))
    }
    let most = groups ?? pool.count
    guard count <= most else {
      throw refuse(
        "\(count) folds are too many for \(Enumeration.count(most, groups == nil ? "sample" : "group")), "
          + (groups == nil ? "of which each fold needs one" : "which stay whole"),
        "choose at most \(most) folds" + (most < 2 ? ", or data with more groups" : ""))
    }
    let labels =
      description.task == .classification
      ? pool.labels : [Int](repeating: 0, count: pool.count)
    let stream = RandomStream(seed: options.seed, "folds")
    return (
      pool, FoldAssignment(labels: labels, groups: pool.groups, count: count, stream: stream)
    )
  }

  /// The samples of several splits as one.
  private func pool(_ splits: [Split]) throws -> Samples {
    let order = Split.allCases.filter(splits.contains)
    let pool = try Samples(
      split: .train, modalities: modalities, shards: order.flatMap { shards[$0] ?? [] },
      folder: folder)
    guard pool.count > 1 else {
      throw EquipoiseError(
        .data,
        "the splits \(order.map(\.rawValue).joined(separator: ", ")) have \(Enumeration.count(pool.count, "sample"))",
        at: folder, fix: "name others in evaluation.foldsOf")
    }
    return pool
  }

  private func noteAbsent(in test: Samples, _ note: (String) -> Void) {
    guard description.task == .classification else { return }
    let counts = test.classCounts(description.classes.count)
    let absent = counts.indices.filter { counts[$0] == 0 }
    guard !absent.isEmpty else { return }
    let names = Enumeration.text(absent.map { "'\(description.classes[$0])'" })
    note("the fold for test has no sample of \(names)")
  }
}
