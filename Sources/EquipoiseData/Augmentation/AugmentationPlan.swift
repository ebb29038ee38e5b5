// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// What is done to one sample: where its elements come from and which are blanked.
///
/// A sample is seen as planes of rows and columns. Element (row, column) of the result is element
/// (row + rowOffset, column + columnOffset) of the source, after which the columns may be reversed;
/// what comes from outside, and what lies in one of the blanked ranges, gets the fill value.
struct AugmentationPlan: Equatable, Sendable {
  var rowOffset = 0
  var columnOffset = 0
  var mirrored = false
  var blankRows: [Range<Int>] = []
  var blankColumns: [Range<Int>] = []
}

/// The rows and columns of a modality, and which way time runs.
struct AugmentationGrid: Sendable {
  enum TimeAxis { case none, rows, columns }

  let planes: Int
  let rows: Int
  let columns: Int
  let time: TimeAxis

  /// The grid of a modality's samples, or of one of so many steps.
  init(_ modality: ModalityDescription, steps: Int? = nil) {
    let shape = steps.map { [$0] + modality.shape.dropFirst() } ?? modality.shape
    (planes, rows, columns, time) =
      switch modality.kind {
      case .image: (shape[0], shape[1], shape[2], .none)
      case .spectrogram: (shape[0], shape[1], shape[2], .columns)
      case .video: (shape[0] * shape[1], shape[2], shape[3], .none)
      case .sequence: (1, shape[0], shape[1], .rows)
      case .vector, .text: (1, 1, shape[0], .none)
      }
  }

  /// The number of time steps.
  var duration: Int { time == .rows ? rows : columns }

  /// Draws what is done to a sample. What is not configured draws nothing. A sample that is shorter than what is
  /// configured is moved so far that a step of it stays, and blanked as far as it goes.
  func plan(
    _ configuration: AugmentationConfiguration, _ stream: inout RandomStream
  ) -> AugmentationPlan {
    var plan = AugmentationPlan()
    if configuration.crop > 0 {
      plan.rowOffset = Self.offset(configuration.crop, &stream)
      plan.columnOffset = Self.offset(configuration.crop, &stream)
    }
    if configuration.flip { plan.mirrored = stream.happens(withProbability: 0.5) }
    if configuration.timeShift > 0 {
      let shift = Self.offset(min(configuration.timeShift, duration - 1), &stream)
      if time == .rows { plan.rowOffset = shift } else { plan.columnOffset = shift }
    }
    if configuration.timeMask > 0 {
      let share = Int(configuration.timeMaskShare * Double(duration))
      let most = min(configuration.timeMask, duration, share)
      let ranges = (0..<configuration.timeMasks).map { _ in
        Self.range(upTo: most, in: duration, &stream)
      }
      if time == .rows { plan.blankRows = ranges } else { plan.blankColumns = ranges }
    }
    if configuration.frequencyMask > 0 {
      plan.blankRows = (0..<configuration.frequencyMasks).map { _ in
        Self.range(upTo: configuration.frequencyMask, in: rows, &stream)
      }
    }
    return plan
  }

  /// From −most to most.
  private static func offset(_ most: Int, _ stream: inout RandomStream) -> Int {
    stream.integer(below: 2 * most + 1) - most
  }

  /// At most `most` neighbours among `count`.
  private static func range(
    upTo most: Int, in count: Int, _ stream: inout RandomStream
  ) -> Range<Int> {
    let width = stream.integer(below: most + 1)
    let start = stream.integer(below: count - width + 1)
    return start..<start + width
  }
}
