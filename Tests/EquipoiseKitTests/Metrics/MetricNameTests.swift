// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@testable import EquipoiseKit

/// How the names of a run's numbers are spelled, and that what is written is read.
struct MetricNameTests {
  private static let spellings: [(MetricName, text: String, parts: String)] = [
    (.run("seconds"), "seconds", "seconds"),
    (.train("loss"), "trainLoss", "trainLoss"),
    (.train("accuracy"), "trainAccuracy", "trainAccuracy"),
    (.validation("macroF1"), "validation.macroF1", "validation/macroF1"),
    (MetricName(.test, "accuracy"), "test.accuracy", "test/accuracy"),
    (
      .validation("slice", modality: "audio"), "validation.modalities.audio.slice",
      "validation/modalities/audio/slice"
    ),
    (
      .validation("slice", modality: "a.b"), #"validation.modalities.a\.b.slice"#,
      "validation/modalities/a.b/slice"
    ),
    (
      .validation("shapley.imbalance"), "validation.shapley.imbalance",
      "validation/shapley/imbalance"
    ),
    (
      .validation("shapley.values", modality: "2"), "validation.shapley.values.2",
      "validation/shapley/values/2"
    ),
    (
      .validation("shapley.accuracies", modality: "a.b+2"),
      #"validation.shapley.accuracies.a\.b+2"#,
      "validation/shapley/accuracies/a.b+2"
    ),
    (.telemetry("taskLoss"), "telemetry.taskLoss", "telemetry/taskLoss"),
    (.telemetry("discrepancy", depth: 2), "telemetry.discrepancy.2", "telemetry/discrepancy/2"),
    (.telemetry("rate", modality: "audio"), "telemetry.rate.audio", "telemetry/rate/audio"),
    (.telemetry("rate", modality: "2"), #"telemetry.rate.\2"#, "telemetry/rate/2"),
    (.telemetry("rate", modality: "02"), "telemetry.rate.02", "telemetry/rate/02"),
    (
      .telemetry("score", modality: "audio", depth: 1), "telemetry.score.audio.1",
      "telemetry/score/audio/1"
    ),
    (.telemetry("score", modality: "2", depth: 1), "telemetry.score.2.1", "telemetry/score/2/1"),
    (
      .telemetry("score", modality: "score", depth: 1), "telemetry.score.score.1",
      "telemetry/score/score/1"
    ),
    (
      .telemetry("score", modality: "a.b", depth: 1), #"telemetry.score.a\.b.1"#,
      "telemetry/score/a.b/1"
    ),
    (
      .telemetry("score", modality: #"a\"#, depth: 1), #"telemetry.score.a\\.1"#,
      #"telemetry/score/a\/1"#
    ),
    (.telemetry("a.b"), #"telemetry.a\.b"#, "telemetry/a.b"),
    (
      .measurement("orthogonality", modality: "a.b", depth: 4), #"orthogonality.a\.b.4"#,
      "orthogonality/a.b/4"
    ),
  ]

  @Test func namesAreSpelledAndRead() {
    for (name, text, parts) in Self.spellings {
      #expect(name.text == text)
      #expect(name.parts.joined(separator: "/") == parts)
      #expect(
        (name.scope == .measurement
          ? MetricName(.measurement, key: text) : MetricName(text)) == name, "\(text)")
      if name.scope != .measurement { #expect(MetricName(keys: name.keys) == name, "\(text)") }
    }
    #expect(Set(Self.spellings.map(\.text)).count == Self.spellings.count)
  }

  /// No two names have one text, whatever modalities are called.
  @Test func everyNameIsReadBack() {
    var stream = RandomStream(seed: 3, "names")
    let characters = [".", "\\", "1", "2", "a", "*", "é", "+", " ", "\u{301}"]
    for _ in 0..<2000 {
      func word(atLeast least: Int) -> String {
        (0..<least + stream.integer(below: 3)).map { _ in
          characters[stream.integer(below: characters.count)]
        }.joined()
      }
      let name = MetricName.telemetry(
        word(atLeast: 1), modality: stream.uniform() < 0.7 ? word(atLeast: 0) : nil,
        depth: stream.uniform() < 0.5 ? stream.integer(below: 12) : nil)
      #expect(MetricName(name.text) == name && MetricName(keys: name.keys) == name)
      guard let modality = name.modality else { continue }
      let score = MetricName.validation("slice", modality: modality)
      #expect(MetricName(score.text) == score && MetricName(keys: score.keys) == score)
    }
  }

  /// Former versions put no backslash anywhere.
  @Test func textsWithoutBackslashesAreReadAsFarAsTheyCan() {
    #expect(
      MetricName("telemetry.score.a.b.1") == .telemetry("score", modality: "a.b", depth: 1))
    #expect(MetricName("telemetry.weight.fused") == .telemetry("weight", modality: "fused"))
    #expect(MetricName("telemetry.x.-1") == .telemetry("x", modality: "-1"))
  }

  @Test func anObjectOfTelemetryKeepsItsKeys() throws {
    let values: [MetricName: Double] = [
      .telemetry("score", modality: "audio", depth: 1): 1, .telemetry("rate", modality: "2"): 2,
    ]
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let data = try encoder.encode(values)
    #expect(String(decoding: data, as: UTF8.self) == #"{"rate.\\2":2,"score.audio.1":1}"#)
    #expect(try JSONDecoder().decode([MetricName: Double].self, from: data) == values)
  }

  @Test func starsStandForAnyPart() {
    let block = MetricPattern("telemetry.score.*.*")
    #expect(block.matches(.telemetry("score", modality: "a.b", depth: 1)))
    #expect(!block.matches(.telemetry("score", modality: "a")))
    #expect(!block.matches(.telemetry("auxiliaryScore", modality: "a", depth: 1)))
    let slice = MetricPattern(#"validation.modalities.a\.b.slice"#)
    #expect(slice.matches(.validation("slice", modality: "a.b")))
    #expect(!slice.matches(.validation("slice", modality: "a")))
    #expect(
      MetricPattern("orthogonality.*.4").matches(
        .measurement("orthogonality", modality: "2", depth: 4)))
    #expect(!MetricPattern(#"telemetry.\*"#).matches(.telemetry("a")))
  }
}
