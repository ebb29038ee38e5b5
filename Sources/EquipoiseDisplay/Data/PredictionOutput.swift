// SPDX-License-Identifier: Apache-2.0
package import Equipoise
import EquipoiseFormats
import Foundation

/// How predictions are written.
package enum PredictionFormat: String, CaseIterable {
  /// For reading: the likeliest class and its probability, fused and by modality.
  case table
  /// A column for each probability.
  case csv
  /// One JSON object on each line.
  case jsonl
}

/// Writes predictions as they come; only the table holds its rows until the end.
package struct PredictionOutput {
  private let predictor: Predictor

  /// The predictions of a model.
  package init(_ predictor: Predictor) { self.predictor = predictor }

  /// Predicts everything and hands the text over piece by piece.
  package func write(_ format: PredictionFormat, to write: (String) throws -> Void) throws {
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

  // MARK: Table

  private func table() throws -> String {
    let names = ["fused"] + predictor.present
    // Only a class has one probability that says how sure it is.
    let isSure = predictor.task == .classification
    var table = TextTable(
      ["sample", predictor.task == .regression ? "target" : "label"]
        + names.flatMap { isSure ? [$0, ""] : [$0] },
      [.left, .left] + names.flatMap { _ in isSure ? [.left, .right] : [.left] })
    try predictor.forEachSample { sample in
      table.add(
        [sample.name, predictor.truth(sample) ?? "–"]
          + columns(sample).flatMap { outputs in
            let cells = [
              outputs.map(predictor.answer) ?? "–",
              outputs.map { Numbers.percent(Double($0.largest)) } ?? "",
            ]
            return isSure ? cells : [cells[0]]
          })
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
    [sample.name, predictor.truth(sample) ?? "", predictor.answer(sample.fused)]
      + columns(sample).flatMap {
        $0?.values.map { "\($0)" } ?? predictor.classes.map { _ in "" }
      }
  }

  /// Fused, then by each modality; nil of one that the sample lacks.
  private func columns(_ sample: PredictedSample) -> [ClassProbabilities?] {
    [sample.fused]
      + predictor.present.map { name in
        sample.modalities.first { $0.name == name }?.probabilities
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
      sample: sample.name, label: predictor.truth(sample),
      predicted: predictor.answer(sample.fused),
      fused: named(sample.fused),
      modalities: Dictionary(
        uniqueKeysWithValues: sample.modalities.map { ($0.name, named($0.probabilities)) }),
      modalitiesBy: predictor.basis.rawValue, missing: predictor.missing(of: sample))
  }
}
