// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseFormats

/// What is right for samples that have more than one class each: of several labels 1 or 0 for each, of a regression
/// its numbers.
public struct TargetRows: Equatable, Sendable {
  /// Row by row, ``width`` numbers for each sample.
  public let values: [Float]
  /// The number of labels or targets.
  public let width: Int

  /// Rows of `width` numbers.
  public init(_ values: [Float], width: Int) {
    precondition(width > 0 && values.count.isMultiple(of: width), "rows of \(width) numbers")
    (self.values, self.width) = (values, width)
  }

  /// The number of samples.
  public var count: Int { values.count / width }

  /// The numbers of one sample.
  public func row(_ index: Int) -> ArraySlice<Float> {
    values[index * width..<(index + 1) * width]
  }

  /// The numbers of each label or target.
  public var columns: [[Float]] {
    (0..<width).map { column in
      stride(from: column, to: values.count, by: width).map { values[$0] }
    }
  }

  /// The rows at `indices`, in that order.
  public func rows(_ indices: [Int]) -> TargetRows {
    TargetRows(indices.flatMap(row), width: width)
  }
}
