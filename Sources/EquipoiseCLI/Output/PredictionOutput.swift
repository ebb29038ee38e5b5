// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseFormats
import Foundation

/// How predictions are written.
enum PredictionFormat: String, CaseIterable, ExpressibleByArgument {
  /// For reading: the likeliest class and its probability, fused and by modality.
  case table
  /// A column for each probability.
  case csv
  /// One JSON object on each line.
  case jsonl
}

/// Writes predictions as they come; only the table holds its rows until the end.
struct PredictionOutput {
  let predictor: Predictor

  /// Predicts everything and hands the text over piece by piece.
  func write(_ format: PredictionFormat, to write: (String) throws -> Void) throws {
    switch format {
    case .table: try write(table())
    case .csv:
      try write(CSV.line(header))
      try predictor.forEachSample { try write(CSV.line(cells($0))) }
    case .jsonl:
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      try predictor.forEachSample { sample in
        try write(String(decoding: try encoder.encode(line(sample)), as: UTF8.self) + "\n")
      }
    }
  }

  private func best(_ probabilities: ClassProbabilities) -> String {
    predictor.classes[probabilities.best]
  }

  private func label(_ sample: PredictedSample) -> String? {
    sample.label.map { predictor.classes[$0] }
  }

  // MARK: Table

  private func table() throws -> String {
    let names = ["fused"] + predictor.present
    var table = TextTable(
      ["sample", "label"] + names.flatMap { [$0, ""] },
      [.left, .left] + names.flatMap { _ in [.left, .right] })
    try predictor.forEachSample { sample in
      let all = [sample.fused] + sample.modalities.map(\.probabilities)
      table.add(
        [sample.name, label(sample) ?? "–"]
          + all.flatMap { [best($0), Numbers.percent(Double($0.largest))] })
    }
    return table.text(Style.output) + "\nEach modality by its \(predictor.basis.rawValue).\n"
  }

  // MARK: CSV

  private var header: [String] {
    let names = ["fused"] + predictor.present.map { "\($0) \(predictor.basis.rawValue)" }
    return ["sample", "label", "predicted"]
      + names.flatMap { name in predictor.classes.map { "\(name): \($0)" } }
  }

  private func cells(_ sample: PredictedSample) -> [String] {
    [sample.name, label(sample) ?? "", best(sample.fused)]
      + ([sample.fused] + sample.modalities.map(\.probabilities)).flatMap {
        $0.values.map { "\($0)" }
      }
  }

  // MARK: JSON lines

  private struct Line: Encodable {
    let sample: String
    let label: String?
    let predicted: String
    let fused: [String: Float]
    let modalities: [String: [String: Float]]
    let modalitiesBy: String
    let missing: [String]
  }

  private func line(_ sample: PredictedSample) -> Line {
    func named(_ probabilities: ClassProbabilities) -> [String: Float] {
      Dictionary(zip(predictor.classes, probabilities.values)) { first, _ in first }
    }
    return Line(
      sample: sample.name, label: label(sample), predicted: best(sample.fused),
      fused: named(sample.fused),
      modalities: Dictionary(
        uniqueKeysWithValues: sample.modalities.map { ($0.name, named($0.probabilities)) }),
      modalitiesBy: predictor.basis.rawValue, missing: predictor.missing)
  }
}
