// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseData
package import EquipoiseTraining
import Foundation

/// One side of a comparison: a method with its settings.
package struct ComparisonEntry: Sendable {
  /// What was chosen in one fold of a cross-validation.
  package struct Choice: Sendable {
    /// The settings that were searched, each `KEY=VALUE`.
    let settings: [String]
    /// Everything.
    let configuration: RunConfiguration
  }

  /// The name in tables and of its folder.
  package let name: String
  /// Its settings; the seed is set for each run.
  package let configuration: RunConfiguration
  /// The settings of each fold where they were searched in each; nil of a fold that has none.
  let choices: [Choice?]?

  /// An entry.
  package init(name: String, configuration: RunConfiguration) {
    self.name = name
    self.configuration = configuration
    choices = nil
  }

  /// An entry with settings of its own in each fold.
  init(name: String, configuration: RunConfiguration, choices: [Choice?]) {
    (self.name, self.configuration, self.choices) = (name, configuration, choices)
  }

  /// Its settings in a fold; nil where a search has found none.
  func configuration(in fold: Int?) -> RunConfiguration? {
    guard let choices, let fold else { return configuration }
    return choices[fold]?.configuration
  }
}

/// Entries × seeds, and the unimodal references that belong to them.
package struct ComparisonPlan: Sendable {
  /// What is compared.
  package let entries: [ComparisonEntry]
  /// The seeds of every entry.
  package let seeds: [Int]
  /// The entry that the others are tested against.
  package let baseline: String
  /// The comparison's folder.
  package let folder: String
  /// Where unimodal references are kept, for this and later comparisons.
  package let referenceFolder: String
  /// The number of folds of a cross-validation; nil where the dataset's splits are used.
  package let folds: Int?
  private let data: PreparedDataset

  /// A plan.
  ///
  /// - Parameters:
  ///   - entries: what is compared, all on the same data.
  ///   - seeds: the seeds of every entry.
  ///   - baseline: the name of the entry that the others are tested against; nil takes `joint`, or else the first.
  ///   - folder: the comparison's folder.
  ///   - referenceFolder: where unimodal references are kept.
  /// - Throws: `EquipoiseError` for a dataset that cannot be read, or entries that cannot be told
  ///   apart.
  package init(
    _ entries: [ComparisonEntry], seeds: [Int], baseline: String? = nil, folder: String,
    referenceFolder: String
  ) throws {
    self.entries = entries
    self.seeds = seeds
    self.folder = folder
    self.referenceFolder = referenceFolder
    try Self.checkNames(entries.map(\.name))
    guard let first = entries.first, !seeds.isEmpty else {
      throw EquipoiseError(.usage, "there is nothing to compare", fix: "name methods and seeds")
    }
    self.baseline =
      baseline ?? (entries.contains { $0.name == "joint" } ? "joint" : first.name)
    data = try PreparedDataset(folder: first.configuration.data)
    for entry in entries {
      guard entry.configuration.data == first.configuration.data else {
        throw EquipoiseError(
          .usage, "the entries have different data", at: "entry '\(entry.name)'",
          fix: "give the data of all of them with \(.setting("data=DIR"))")
      }
      try entry.configuration.checkModalities(
        data.description.modalities.keys.sorted(), of: data.description.name)
      try entry.configuration.checkSameFolds(
        as: first.configuration, at: "entry '\(entry.name)'")
    }
    folds = try first.configuration.foldCount(in: data)
  }

  /// Each fold, or the dataset's splits.
  private var everyFold: [Int?] { folds.everyFold }

  /// Names become folders.
  private static func checkNames(_ names: [String]) throws {
    for (index, name) in names.enumerated() {
      if names[..<index].contains(name) {
        throw EquipoiseError(
          .usage, "two entries are called '\(name)'", at: "\(.argument("entry"))",
          fix: "give one of them another name: \(.argument("entry=NAME=METHOD,…"))")
      }
      let isPlain = name.allSatisfy { $0.isLetter || $0.isNumber || "-_.+".contains($0) }
      guard isPlain, let first = name.first, first != ".", name.count <= 100 else {
        throw EquipoiseError(
          .usage, "'\(name)' is not a name for an entry", at: "\(.argument("entry"))",
          fix: "use letters, digits, '-', '_', '+' and '.'")
      }
    }
  }

  // MARK: Runs

  /// Every run of every entry, then the references, each once.
  package func runs() throws -> [PlannedRun] {
    let own = entries.flatMap { entry in
      everyFold.flatMap { fold in
        entry.configuration(in: fold).map { configuration in
          seeds.map { run(entry.name, in: folder(of: entry), configuration, fold, seed: $0) }
        } ?? []
      }
    }
    var references: [PlannedRun] = []
    for reference in try allReferences() {
      let known = Set(references.map(\.folder.path))
      references += everyFold.flatMap { fold in
        seeds.map {
          run(
            "\(reference.modality) alone", in: reference.folder, reference.configuration, fold,
            seed: $0)
        }
      }.filter { !known.contains($0.folder.path) }
    }
    return own + references
  }

  /// The folder of an entry's runs.
  package func folder(of entry: ComparisonEntry) -> String {
    ExperimentFolder(folder).entry(entry.name).path
  }

  private func run(
    _ name: String, in folder: String, _ configuration: RunConfiguration, _ fold: Int?, seed: Int
  ) -> PlannedRun {
    var configuration = configuration
    configuration.runtime.seed = seed
    configuration.evaluation.fold = fold ?? 0
    return PlannedRun(
      name: fold.map { "\(name), fold \($0)" } ?? name,
      groupFolder: RunGroupFolder(folder).fold(fold).path, configuration: configuration,
      dataset: data.fingerprint)
  }

  // MARK: References

  /// The reference of each of an entry's modalities; none where each fold has settings of its own.
  package func references(of entry: ComparisonEntry) throws -> [UnimodalReference] {
    guard entry.choices == nil else { return [] }
    let names = entry.configuration.modalities ?? data.description.modalities.keys.sorted()
    return try names.map {
      try UnimodalReference(
        $0, of: entry.configuration, dataset: data.fingerprint, in: referenceFolder)
    }
  }

  private func allReferences() throws -> [UnimodalReference] {
    try entries.flatMap { try references(of: $0) }
  }

  /// What is needed to make the table again.
  package func saved() throws -> SavedComparison {
    SavedComparison(
      entries: try entries.map { entry in
        SavedComparison.Entry(
          name: entry.name,
          references: Dictionary(
            uniqueKeysWithValues: try references(of: entry).map { ($0.modality, $0.folder) }),
          chosen: entry.choices?.map { $0?.settings ?? [] })
      }, seeds: seeds, folds: folds, baseline: baseline)
  }
}
