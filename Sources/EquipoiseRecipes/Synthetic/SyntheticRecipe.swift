// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseData
public import EquipoisePreparation
internal import EquipoiseFormats

/// A made-up dataset in which joint training neglects a modality that is worth learning.
///
/// The class is heard as a chord of two tones and seen as a texture. The chord is learned within an
/// epoch and soon explains every training sample, so that a joint model sees little reason to learn
/// the texture; but test recordings are out of tune and their hum is misleading, and then the
/// texture is missed.
public struct SyntheticRecipe: DatasetRecipe {
  /// The recipe's name.
  public static let name = "synthetic"
  /// What it makes.
  public static let summary =
    "made by the program: a chord (audio) and a texture (visual), optionally a sensor series"
  /// Nothing is read.
  public static let needsInput = false

  private let options: SyntheticOptions

  /// The recipe with these settings.
  public init(_ options: SyntheticOptions) { self.options = options }

  /// Makes the dataset; the same settings give the same bytes everywhere.
  public func prepare(
    input: String, output: String, report: (PreparationEvent) -> Void
  ) throws -> DatasetDescription {
    let generator = SyntheticGenerator(options)
    let names = ["circle", "square", "star", "wave", "spiral", "cross"]
    let writer = try DatasetWriter(
      folder: output,
      description: DatasetDescription(
        name: Self.name, classes: Array(names.prefix(options.classes)),
        modalities: generator.modalities, extra: ["seed": "\(options.seed)"]),
      standardising: Set(generator.modalities.keys))
    let sizes: [(Split, Int)] = [
      (.train, options.train), (.validation, options.validation), (.test, options.test),
    ]
    let total = sizes.map(\.1).reduce(0, +)
    var done = 0
    for (split, size) in sizes {
      // Balanced classes; the order is the loader's affair.
      for index in 0..<size {
        try writer.append(
          generator.sample(index, label: index % options.classes, in: split), to: split)
        done += 1
        report(.progress(done, of: total))
      }
    }
    return try writer.finish()
  }
}
