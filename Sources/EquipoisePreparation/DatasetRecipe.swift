// SPDX-License-Identifier: Apache-2.0
package import EquipoiseFeatures
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseData
internal import EquipoiseFormats

/// A way to make a prepared dataset; `equipoise prepare NAME` runs it.
public protocol DatasetRecipe: Sendable {
  /// The settings, whose properties are their keys.
  associatedtype Options: ConfigurationSection

  /// The recipe's name.
  static var name: String { get }
  /// One line on what it makes, and from what.
  static var summary: String { get }
  /// Whether it reads a folder of source data.
  static var needsInput: Bool { get }

  /// The recipe with these settings.
  init(_ options: Options)

  /// Makes the dataset.
  ///
  /// - Parameters:
  ///   - input: The folder of source data; empty when none is needed.
  ///   - output: Where the dataset is to be: a path at which there is nothing yet.
  ///   - report: Told how far the work is and what the user should know.
  /// - Returns: The description as written.
  /// - Throws: `EquipoiseError` or `FormatError` naming the file or setting at fault.
  func prepare(
    input: String, output: String, report: (PreparationEvent) -> Void
  ) throws -> DatasetDescription
}

/// A recipe that can leave out samples it cannot use, and lists them.
package protocol LeavingOutRecipe: DatasetRecipe {
  /// As the protocol's own `prepare`, with up to so many samples left out.
  func prepare(
    input: String, output: String, maxCorrupt: Int, report: (PreparationEvent) -> Void
  ) throws -> DatasetDescription
}

/// What a recipe tells while it works.
public enum PreparationEvent: Equatable, Sendable {
  /// This many of so many samples are done.
  case progress(Int, of: Int)
  /// Something that the user should know about the data.
  case note(String)
}

extension DatasetRecipe {
  /// Whether it reads a folder of source data: most do.
  public static var needsInput: Bool { true }

  package static func run(
    input: String, output: String, file: String?, sets: [String], media: MediaPreparation,
    report: (PreparationEvent) -> Void
  ) throws -> DatasetDescription {
    let recipe = try configured(file: file, sets: sets, features: media.features)
    if let recipe = recipe as? any MediaRecipe {
      return try recipe.prepare(input: input, output: output, media: media, report: report)
    }
    if let recipe = recipe as? any LeavingOutRecipe {
      return try recipe.prepare(
        input: input, output: output, maxCorrupt: media.maxCorrupt, report: report)
    }
    guard media.maxCorrupt == 0 else {
      throw EquipoiseError(
        .usage, "recipe '\(name)' leaves no samples out",
        at: "\(.argument("maxCorrupt"))", fix: "leave it at 0")
    }
    return try recipe.prepare(input: input, output: output, report: report)
  }

  /// The recipe with settings from a file and the texts beside it.
  package static func configured(
    file: String?, sets: [String], features: FeatureCatalogue = .inUse
  ) throws -> Self {
    let assignments =
      try (file.map(YAMLReader.read(file:)) ?? []) + sets.flatMap(ConfigAssignment.parse(set:))
    let resolved = try ConfigResolver<Options>(table: features.table()).resolve(assignments)
    do {
      try (resolved.configuration as? any RangeChecking)?.check(at: ConfigPath())
    } catch let issue as ConfigIssue {
      throw issue.located(at: resolved.origins.place(of: issue.path))
    }
    return Self(resolved.configuration)
  }
}
