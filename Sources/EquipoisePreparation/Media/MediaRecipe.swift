// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseData

/// A recipe for raw media: it lists the samples, and one engine makes the dataset of any list.
public protocol MediaRecipe: DatasetRecipe {
  /// Lists the samples of a folder, without decoding more than what a modality looks like.
  ///
  /// - Parameters:
  ///   - input: The folder of source data.
  ///   - media: The decoder and the like.
  /// - Returns: Samples, classes and what is made of each file.
  /// - Throws: `EquipoiseError` or `FormatError` naming the list and line at fault.
  func source(input: String, media: MediaPreparation) throws -> MediaSource
}

extension MediaRecipe {
  /// Makes the dataset without a decoder, which most features lack: then it says what to install.
  public func prepare(
    input: String, output: String, report: (PreparationEvent) -> Void
  ) throws -> DatasetDescription {
    try prepare(input: input, output: output, media: .none, report: report)
  }

  /// The list, whose samples have files of every modality. Throws as `source`.
  package func checkedSource(input: String, media: MediaPreparation) throws -> MediaSource {
    let source = try source(input: input, media: media)
    try source.checkSamples()
    return source
  }

  /// Makes the dataset with what the program lends.
  func prepare(
    input: String, output: String, media: MediaPreparation, report: (PreparationEvent) -> Void
  ) throws -> DatasetDescription {
    let lender = LentDecoder(media)
    let media = lender.lent(media)
    let source = try checkedSource(input: input, media: media)
    try lender.check(source.modalities)
    return try MediaPreparer(
      recipe: Self.name, source: source, output: output, media: media, decoder: lender.decoder
    ).run(report)
  }
}
