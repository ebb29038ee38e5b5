// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// Changes the number of points along an axis: by the mean over areas when there are to be fewer,
/// by linear interpolation between pixel centres when there are to be more.
struct AxisResampler: Sendable {
  /// For each new point, which old points it is made of and how much of each.
  let terms: [[(index: Int, weight: Float)]]

  init(from old: Int, to new: Int) {
    precondition(old > 0 && new > 0, "AxisResampler: from \(old) to \(new)")
    let step = Double(old) / Double(new)
    terms = (0..<new).map { point in
      new < old
        ? Self.area(from: Double(point) * step, to: Double(point + 1) * step, in: old)
        : Self.linear(at: (Double(point) + 0.5) * step - 0.5, in: old)
    }
  }

  private static func area(
    from start: Double, to end: Double, in count: Int
  ) -> [(index: Int, weight: Float)] {
    (Int(start)..<min(count, Int(end.rounded(.up)))).compactMap { index in
      let overlap = min(end, Double(index + 1)) - max(start, Double(index))
      return overlap > 1e-9 ? (index, Float(overlap / (end - start))) : nil
    }
  }

  private static func linear(at place: Double, in count: Int) -> [(index: Int, weight: Float)] {
    let place = min(Double(count - 1), max(0, place))
    let low = Int(place)
    let share = Float(place - Double(low))
    guard share > 0 else { return [(low, 1)] }
    return [(low, 1 - share), (low + 1, share)]
  }
}

/// Changes the size of planes of numbers.
package struct PlaneResampler: Sendable {
  private let rows: AxisResampler
  private let columns: AxisResampler
  private let width: Int

  /// From planes of `old` = (rows, columns) to `new`.
  package init(from old: (rows: Int, columns: Int), to new: (rows: Int, columns: Int)) {
    rows = AxisResampler(from: old.rows, to: new.rows)
    columns = AxisResampler(from: old.columns, to: new.columns)
    width = old.columns
  }

  /// One resized plane, row by row.
  package func callAsFunction(_ plane: some RandomAccessCollection<Float>) -> [Float] {
    let plane = Array(plane)
    let narrow = (0..<plane.count / width).map { row in
      columns.terms.map { terms in
        terms.reduce(0) { $0 + plane[row * width + $1.index] * $1.weight }
      }
    }
    return rows.terms.flatMap { terms in
      columns.terms.indices.map { column in
        terms.reduce(0) { $0 + narrow[$1.index][column] * $1.weight }
      }
    }
  }
}

/// Changes the length of a series of [L, C] numbers, row by row.
package struct SeriesResampler: Sendable {
  let length: Int
  let channels: Int
  let fit: SeriesFit

  package init(length: Int, channels: Int, fit: SeriesFit) {
    self.length = length
    self.channels = channels
    self.fit = fit
  }

  package func callAsFunction(_ series: [Float]) -> [Float] {
    switch fit {
    case .pad:
      let wanted = length * channels
      let kept = series.prefix(wanted)
      return kept + [Float](repeating: 0, count: wanted - kept.count)
    case .resample:
      let axis = AxisResampler(from: series.count / channels, to: length)
      return axis.terms.flatMap { terms in
        (0..<channels).map { channel in
          terms.reduce(0) { $0 + series[$1.index * channels + channel] * $1.weight }
        }
      }
    }
  }
}
