// SPDX-License-Identifier: Apache-2.0
import EquipoiseFormats
import EquipoiseKit
import Foundation
import Testing

@testable import EquipoiseMetrics

/// References/scores.py: every score of every task by scikit-learn, SciPy and torchmetrics, over random, tied and
/// degenerate predictions.
struct ScoreGoldenTests {
  private let file: SafetensorsFile

  init() throws {
    let url = Bundle.module.url(forResource: "Goldens/scores", withExtension: "safetensors")
    file = try SafetensorsFile(path: try #require(url).path)
  }

  private func cases(of task: LearningTask) -> [String] {
    let names = file.names.filter { $0.hasPrefix(task.rawValue + "/") }
    return Set(names.compactMap { $0.split(separator: "/").dropFirst().first.map(String.init) })
      .sorted().map { task.rawValue + "/" + $0 }
  }

  private func numbers(_ name: String) throws -> [Double] {
    try file.array(name).doubles()
  }

  private func bytes(_ name: String) throws -> [Bool] {
    try file.array(name).int64s().map { $0 != 0 }
  }

  /// Sums of some hundred numbers in double precision. torchmetrics has calibration in single precision alone.
  private func agrees(_ found: Double?, _ expected: Double?, _ score: String) -> Bool {
    guard let found, let expected else { return found == nil && expected == nil }
    let tolerance = score == "expectedCalibrationError" ? 1e-6 : 1e-12
    return abs(found - expected) <= tolerance * max(1, abs(expected))
  }

  /// - Returns: how many numbers were compared.
  private func compare(
    _ values: [String: Double], _ task: LearningTask, _ place: String
  ) throws -> Int {
    var compared = 0
    for score in Score.all {
      let name = place + "/expected." + score.name
      let expected = file.names.contains(name) ? try numbers(name).first : nil
      #expect(
        agrees(values[score.name], expected, score.name),
        "\(name): \(String(describing: values[score.name])), not \(String(describing: expected))")
      if expected != nil {
        compared += 1
        #expect(score.tasks.contains(task), "\(name)")
      }
    }
    return compared
  }

  @Test func ofClassification() throws {
    var compared = 0
    for place in cases(of: .classification) {
      let logits = try file.array(place + "/logits")
      let scores = ClassificationScores(
        logits: logits.floats(),
        labels: try file.array(place + "/labels").int64s().map(Int.init),
        classes: logits.shape[1])
      compared += try compare(scores.values, .classification, place)
    }
    // 9 cases of 12 scores, less the top-5 accuracy of five and the AUROC of two.
    #expect(compared == 9 * 12 - 5 - 2)
  }

  @Test func ofSeveralLabels() throws {
    var compared = 0
    for place in cases(of: .multilabel) {
      let logits = try file.array(place + "/logits")
      let known = place + "/known"
      let scores = LabelScores(
        LabelPredictions(
          logits: logits.floats(), labels: try bytes(place + "/labels"), count: logits.shape[1],
          isKnown: file.names.contains(known) ? try bytes(known) : nil))
      #expect(scores.samples == logits.shape[0])
      compared += try compare(scores.values, .multilabel, place)
      let own = place + "/expected.labels."
      #expect(try scores.labels.map { Double($0.present) } == numbers(own + "present"))
      for (name, found) in [
        ("f1", scores.labels.map { $0.f1 as Double? }),
        ("averagePrecision", scores.labels.map(\.averagePrecision)),
        ("auroc", scores.labels.map(\.auroc)),
      ] {
        for (found, expected) in zip(found, try numbers(own + name)) {
          #expect(agrees(found, expected.isNaN ? nil : expected, name), "\(own + name)")
        }
      }
    }
    // 5 cases of 8 scores, less both AUROC of one.
    #expect(compared == 5 * 8 - 2)
  }

  @Test func ofRegression() throws {
    var compared = 0
    for place in cases(of: .regression) {
      let outputs = try file.array(place + "/outputs")
      let scores = ValueScores(
        ValuePredictions(
          outputs: outputs.doubles(), targets: try numbers(place + "/targets"),
          count: outputs.shape[1], isSentiment: place.contains("sentiment")))
      #expect(scores.samples == outputs.shape[0])
      compared += try compare(scores.values, .regression, place)
      #expect(scores.perTarget.count == outputs.shape[1])
      for (index, own) in scores.perTarget.enumerated() {
        #expect(own.keys == scores.values.keys)
        for (name, value) in own {
          let expected = try numbers(place + "/expected.targets." + name)[index]
          #expect(agrees(value, expected, name), "\(place) \(index) \(name): \(value)")
        }
      }
    }
    // 11 cases of 7 scores, and 6 of sentiment in two of them.
    #expect(compared == 11 * 7 + 2 * 6)
  }
}
