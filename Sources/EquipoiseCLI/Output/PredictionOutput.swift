import ArgumentParser
import Equipoise
import Formats
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
  let source: any PredictionSource

  /// Predicts everything and hands the text over piece by piece.
  func write(_ format: PredictionFormat, to write: (String) throws -> Void) throws {
    switch format {
    case .table: try write(table())
    case .csv:
      try write(CSV.line(header))
      try forEachRow { try write(CSV.line(cells($0))) }
    case .jsonl:
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      try forEachRow { row in
        try write(String(decoding: try encoder.encode(line(row)), as: UTF8.self) + "\n")
      }
    }
  }

  /// One sample's probabilities.
  private struct Row {
    let index: Int
    let fused: [Float]
    let modalities: [(name: String, probabilities: [Float])]
  }

  private func forEachRow(_ body: (Row) throws -> Void) throws {
    try predictor.forEachBatch { batch in
      for (row, index) in batch.indices.enumerated() {
        try body(
          Row(
            index: index, fused: batch.fused[row],
            modalities: batch.modalities.map { ($0.name, $0.probabilities[row]) }))
      }
    }
  }

  /// The first of the largest.
  private func likeliest(_ probabilities: [Float]) -> (name: String, probability: Float) {
    let largest = probabilities.max() ?? 0
    return (predictor.classes[probabilities.firstIndex(of: largest) ?? 0], largest)
  }

  private func label(_ index: Int) -> String? {
    source.label(of: index).map { predictor.classes[$0] }
  }

  // MARK: Table

  private func table() throws -> String {
    let names = ["fused"] + predictor.present
    var table = TextTable(
      ["sample", "label"] + names.flatMap { [$0, ""] },
      [.left, .left] + names.flatMap { _ in [.left, .right] })
    try forEachRow { row in
      let all = [row.fused] + row.modalities.map(\.probabilities)
      table.add(
        [source.name(of: row.index), label(row.index) ?? "–"]
          + all.map(likeliest).flatMap { [$0.name, Numbers.percent(Double($0.probability))] })
    }
    return table.text(Style.output) + "\nEach modality by its \(predictor.basis.rawValue).\n"
  }

  // MARK: CSV

  private var header: [String] {
    let names = ["fused"] + predictor.present.map { "\($0) \(predictor.basis.rawValue)" }
    return ["sample", "label", "predicted"]
      + names.flatMap { name in predictor.classes.map { "\(name): \($0)" } }
  }

  private func cells(_ row: Row) -> [String] {
    [source.name(of: row.index), label(row.index) ?? "", likeliest(row.fused).name]
      + ([row.fused] + row.modalities.map(\.probabilities)).flatMap { $0.map { "\($0)" } }
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

  private func line(_ row: Row) -> Line {
    func named(_ probabilities: [Float]) -> [String: Float] {
      Dictionary(zip(predictor.classes, probabilities)) { first, _ in first }
    }
    return Line(
      sample: source.name(of: row.index), label: label(row.index),
      predicted: likeliest(row.fused).name, fused: named(row.fused),
      modalities: Dictionary(
        uniqueKeysWithValues: row.modalities.map { ($0.name, named($0.probabilities)) }),
      modalitiesBy: predictor.basis.rawValue, missing: predictor.missing)
  }
}
