// SPDX-License-Identifier: Apache-2.0
internal import Equipoise

/// A group's verdict with its words.
struct ReportVerdict: Encodable {
  let verdict: Verdict
  /// What others give back of what this neglects, by their names; a sentence each.
  private var gains: [String: String] = [:]

  init(_ verdict: Verdict) { self.verdict = verdict }

  /// Adds what another configuration gives back.
  mutating func addGain(of other: Verdict, named name: String) {
    gains[name] = verdict.gain(of: other, named: name)
  }

  private enum CodingKeys: String, CodingKey { case sentences, gains }

  /// Writes the verdict's own keys beside its words.
  func encode(to encoder: any Encoder) throws {
    try verdict.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(verdict.sentences, forKey: .sentences)
    try container.encode(gains, forKey: .gains)
  }
}
