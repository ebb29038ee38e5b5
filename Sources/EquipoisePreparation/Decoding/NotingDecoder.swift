// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseMedia
internal import Foundation
package import EquipoiseFormats

/// A decoder that remembers what another warns of, for one sample.
package final class NotingDecoder: MediaDecoding, @unchecked Sendable {
  private let decoder: any MediaDecoding
  private let lock = NSLock()
  private var kept: [String] = []

  /// Around the decoder that does the work.
  package init(_ decoder: any MediaDecoding) { self.decoder = decoder }

  /// The warnings so far, each with its file and once.
  package var warnings: [String] { lock.withLock { kept } }

  package func describe(_ file: String) throws -> MediaDescription { try decoder.describe(file) }

  package func sound(_ file: String, sampleRate: Int, atMost limit: Int?) throws -> DecodedMedia {
    try noted(file, decoder.sound(file, sampleRate: sampleRate, atMost: limit))
  }

  package func frameTimes(_ file: String) throws -> [Double] { try decoder.frameTimes(file) }

  package func frames(_ file: String, at times: [Double]) throws -> [HostArray] {
    try decoder.frames(file, at: times)
  }

  package func picture(_ file: String) throws -> DecodedMedia {
    try noted(file, decoder.picture(file))
  }

  private func noted(_ file: String, _ media: DecodedMedia) -> DecodedMedia {
    lock.withLock {
      for text in media.warnings where !kept.contains("\(file): \(text)") {
        kept.append("\(file): \(text)")
      }
    }
    return media
  }
}
