// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseData

/// A recipe for raw media: it lists the samples, and one engine makes the dataset of any list.
package protocol MediaRecipe: DatasetRecipe {
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
  /// Says what to install: without a decoder there is nothing to prepare.
  public func prepare(
    input: String, output: String, report: (PreparationEvent) -> Void
  ) throws -> DatasetDescription {
    try prepare(input: input, output: output, media: .none, report: report)
  }

  /// Makes the dataset with what the program lends.
  func prepare(
    input: String, output: String, media: MediaPreparation, report: (PreparationEvent) -> Void
  ) throws -> DatasetDescription {
    let decoder = try media.decoder(media.workers)
    var media = media
    media.decoder = { _ in decoder }
    let source = try source(input: input, media: media)
    return try MediaPreparer(
      recipe: Self.name, source: source, output: output, media: media, decoder: decoder
    ).run(report)
  }
}
