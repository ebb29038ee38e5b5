// SPDX-License-Identifier: Apache-2.0
import Equipoise
import EquipoiseFormats
import Foundation

/// Numbers as tables show them.
package enum Numbers {
  /// A share as a percentage with one decimal; a dash where there is none.
  package static func percent(_ share: Double?) -> String {
    share.map { String(format: "%.1f %%", 100 * $0) } ?? "–"
  }

  /// A loss, with four decimals.
  package static func loss(_ value: Double?) -> String {
    value.map { String(format: "%.4f", $0) } ?? "–"
  }

  /// A score by its unit.
  static func score(_ value: Double?, _ unit: Score.Unit) -> String {
    switch unit {
    case .share: percent(value)
    case .loss, .target, .number: loss(value)
    }
  }

  /// A count with a space between thousands: `11 181 642`.
  package static func count(_ value: Int) -> String {
    let digits = String(value.magnitude)
    let groups = stride(from: digits.count, to: 0, by: -3).map { end in
      digits.prefix(end).suffix(end - max(0, end - 3))
    }
    return (value < 0 ? "-" : "") + groups.reversed().joined(separator: " ")
  }

  /// Bytes in binary units: `1.5 GiB`.
  package static func bytes(_ count: Int) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB"]
    var (value, unit) = (Double(count), 0)
    while value >= 1024, unit < units.count - 1 { (value, unit) = (value / 1024, unit + 1) }
    return String(format: unit == 0 ? "%.0f " : "%.1f ", value) + units[unit]
  }

  /// Seconds as `1 h 02 min`, `3 min 20 s` or `4.2 s`.
  package static func duration(_ seconds: Double) -> String {
    let whole = Int(saturating: seconds.rounded())
    if whole >= 3600 { return String(format: "%d h %02d min", whole / 3600, whole / 60 % 60) }
    if whole >= 60 { return String(format: "%d min %02d s", whole / 60, whole % 60) }
    return String(format: "%.1f s", seconds)
  }
}

extension Numbers {
  /// The sizes of a tensor: `3×64×64`.
  static func shape(_ sizes: [Int]) -> String { sizes.map(String.init).joined(separator: "×") }
}

extension Numbers {
  /// A difference of shares in percentage points.
  static func points(_ difference: Double?) -> String {
    difference.map { String(format: "%.1f points", 100 * $0) } ?? "–"
  }
}
