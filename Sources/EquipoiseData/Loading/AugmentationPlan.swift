// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit

/// What is done to one sample: where its elements come from and which are blanked.
///
/// A sample is seen as planes of rows and columns. Element (row, column) of the result is element
/// (row + rowOffset, column + columnOffset) of the source, after which the columns may be reversed;
/// what comes from outside, and what lies in a blanked range, gets the fill value.
struct AugmentationPlan: Equatable, Sendable {
  var rowOffset = 0
  var columnOffset = 0
  var mirrored = false
  var blankRows = 0..<0
  var blankColumns = 0..<0
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
      let range = Self.range(
        upTo: min(configuration.timeMask, duration), in: duration, &stream)
      if time == .rows { plan.blankRows = range } else { plan.blankColumns = range }
    }
    if configuration.frequencyMask > 0 {
      plan.blankRows = Self.range(upTo: configuration.frequencyMask, in: rows, &stream)
    }
    return plan
  }

  /// Throws when something is asked for that this kind of modality does not have.
  func check(_ configuration: AugmentationConfiguration, for modality: DatasetModality) throws {
    let kind = modality.description.kind
    let isPicture = kind == .image || kind == .video
    let smallest = min(rows, columns)
    let rules: [(key: String, used: Bool, kinds: String, applies: Bool, limit: Int, value: Int)] = [
      (
        "crop", configuration.crop > 0, "images and video", isPicture, smallest - 1,
        configuration.crop
      ),
      ("flip", configuration.flip, "images and video", isPicture, 1, 1),
      (
        "timeShift", configuration.timeShift > 0, "spectrograms and sequences", time != .none,
        duration - 1, configuration.timeShift
      ),
      (
        "timeMask", configuration.timeMask > 0, "spectrograms and sequences", time != .none,
        duration, configuration.timeMask
      ),
      (
        "frequencyMask", configuration.frequencyMask > 0, "spectrograms", kind == .spectrogram,
        rows, configuration.frequencyMask
      ),
    ]
    for rule in rules where rule.used {
      let place = "augmentation.\(modality.name).\(rule.key)"
      guard rule.applies else {
        throw EquipoiseError(
          .configuration, "'\(modality.name)' is of kind \(kind.rawValue)", at: place,
          fix: "\(rule.key) is for \(rule.kinds)")
      }
      guard rule.value <= rule.limit else {
        throw EquipoiseError(
          .configuration, "\(rule.value) is too much for the shape \(modality.description.shape)",
          at: place, fix: "expected at most \(rule.limit)")
      }
    }
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
