// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation

/// How often each word of a text occurs, in buckets: a kind for recipe `manifest`, which takes `.txt` files by it.
struct Words: MediaFeatureConfiguration, MediaFeature, RangeChecking {
  static let name = "words"
  static let summary = "how often each word of a text occurs, in buckets"
  static let extensions = ["txt"]
  /// The length of the vector.
  var buckets = 32

  var description: ModalityDescription {
    ModalityDescription(kind: .vector, shape: [buckets], type: .float32)
  }
  var decodes: Bool { false }

  func check(at path: ConfigPath) throws {
    try path.check("buckets", buckets, .within(2...4096))
  }

  func callAsFunction(
    _ files: [String], of id: String, by media: any MediaDecoding, _ stream: inout RandomStream
  ) throws -> HostArray {
    var counts = [Float](repeating: 0, count: buckets)
    let text = try String(contentsOfFile: files[0], encoding: .utf8)
    for word in text.split(whereSeparator: \.isWhitespace) {
      let hash = word.lowercased().utf8.reduce(7) { ($0 &* 31 &+ Int($1)) & 0xffff }
      counts[hash % buckets] += 1
    }
    return HostArray(floats: counts, shape: [buckets])
  }
}
