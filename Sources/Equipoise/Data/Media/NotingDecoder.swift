internal import Foundation
internal import Formats

/// A decoder that remembers what another warns of, for one sample.
final class NotingDecoder: MediaDecoding, @unchecked Sendable {
  private let decoder: any MediaDecoding
  private let lock = NSLock()
  private var kept: [String] = []

  /// Around the decoder that does the work.
  init(_ decoder: any MediaDecoding) { self.decoder = decoder }

  /// The warnings so far, each with its file and once.
  var warnings: [String] { lock.withLock { kept } }

  func describe(_ file: String) throws -> MediaDescription { try decoder.describe(file) }

  func sound(_ file: String, sampleRate: Int, atMost limit: Int?) throws -> DecodedMedia {
    try noted(file, decoder.sound(file, sampleRate: sampleRate, atMost: limit))
  }

  func frameTimes(_ file: String) throws -> [Double] { try decoder.frameTimes(file) }

  func frames(_ file: String, at times: [Double]) throws -> [HostArray] {
    try decoder.frames(file, at: times)
  }

  func picture(_ file: String) throws -> DecodedMedia { try noted(file, decoder.picture(file)) }

  private func noted(_ file: String, _ media: DecodedMedia) -> DecodedMedia {
    lock.withLock {
      for text in media.warnings where !kept.contains("\(file): \(text)") {
        kept.append("\(file): \(text)")
      }
    }
    return media
  }
}
