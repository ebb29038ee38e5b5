// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFeatures
internal import EquipoiseKit
package import EquipoiseMedia
internal import EquipoiseFormats

/// The decoder that the program lends, which not every feature needs: that there is none is told once it is known
/// that a modality does.
package struct LentDecoder {
  /// Decodes, or throws why there is no decoder.
  package let decoder: any MediaDecoding
  private let problem: (any Error)?

  /// Makes the decoder, once.
  package init(_ media: MediaPreparation) {
    do {
      (decoder, problem) = (try media.decoder(media.workers), nil)
    } catch {
      (decoder, problem) = (NoDecoder(problem: error), error)
    }
  }

  /// The same preparation with this decoder.
  package func lent(_ media: MediaPreparation) -> MediaPreparation {
    var media = media
    let (decoder, problem) = (decoder, problem)
    media.decoder = { _ in
      if let problem { throw problem }
      return decoder
    }
    return media
  }

  /// Throws why there is no decoder where one of the modalities needs it.
  package func check(_ modalities: [MediaModality]) throws {
    if let problem, modalities.contains(where: \.feature.decodes) { throw problem }
  }
}

/// Stands where features need no decoder.
private struct NoDecoder: MediaDecoding {
  let problem: any Error

  func describe(_ file: String) throws -> MediaDescription { throw problem }
  func sound(_ file: String, sampleRate: Int, atMost limit: Int?) throws -> DecodedMedia {
    throw problem
  }
  func frameTimes(_ file: String) throws -> [Double] { throw problem }
  func frames(_ file: String, at times: [Double]) throws -> [HostArray] { throw problem }
  func picture(_ file: String) throws -> DecodedMedia { throw problem }
}
