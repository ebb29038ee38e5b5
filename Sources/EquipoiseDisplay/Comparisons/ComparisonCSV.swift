// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats

/// A comparison as comma-separated text: a header, then one line for each entry. Shares, not percent.
enum ComparisonCSV {
  static func text(_ report: ComparisonReport) -> String {
    let modalities = Set(report.entries.flatMap(\.modalities.keys)).sorted()
    let scores = report.scores
    let disturbed = Set(report.entries.flatMap(\.robustness.keys)).sorted()
    let rows = report.entries.map { columns($0, scores, modalities, disturbed) }
    let head = rows.first.map { [$0.map(\.title)] } ?? []
    return (head + rows.map { $0.map(\.cell) }).map(CSV.line).joined()
  }

  private typealias Column = (title: String, cell: String)

  private static func columns(
    _ entry: ComparisonReport.Entry, _ scores: [Score], _ modalities: [String],
    _ disturbed: [String]
  ) -> [Column] {
    var columns: [Column] = [("entry", entry.name), ("runs", "\(entry.runs.count)")]
    columns += scores.flatMap { summary(name(of: $0), entry[$0]) }
    for name in modalities {
      let modality = entry.modalities[name]
      columns += summary("\(name)_slice", modality?.slice)
      columns += summary("\(name)_zero_out", modality?.zeroOut)
      columns += summary("\(name)_alone", modality?.alone)
    }
    for name in disturbed {
      columns += summary("\(name)_missing_area", entry.robustness[name]?.missing)
      columns += summary("\(name)_noise_area", entry.robustness[name]?.noise)
    }
    columns += summary("imbalance", entry.imbalance) + summary("seconds", entry.seconds)
    columns.append(("multiply_adds_per_sample", number(entry.multiplyAddsPerSample?.mean)))
    return columns
      + scores.flatMap { difference(name(of: $0), entry.differences[$0.name]) }
  }

  /// `macro_f1` for `macroF1`.
  static func name(of score: Score) -> String {
    score.name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
  }

  private static func summary(_ name: String, _ summary: SampleSummary?) -> [Column] {
    [("\(name)_mean", number(summary?.mean)), ("\(name)_sd", number(summary?.deviation))]
  }

  private static func difference(_ name: String, _ found: PairedDifference?) -> [Column] {
    [
      ("\(name)_difference", number(found?.mean)),
      ("\(name)_difference_lower", number(found?.interval?.lower)),
      ("\(name)_difference_upper", number(found?.interval?.upper)),
      ("\(name)_sign_flip_p", number(found?.signFlipP)),
      ("\(name)_sign_flip_holm", number(found?.signFlipHolm)),
      ("\(name)_t_test_p", number(found?.tTestP)),
      ("\(name)_t_test_holm", number(found?.tTestHolm)),
    ]
  }

  private static func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
}
