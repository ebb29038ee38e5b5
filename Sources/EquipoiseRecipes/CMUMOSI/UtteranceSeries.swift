// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData
internal import EquipoiseFeatures
internal import EquipoiseKit
internal import EquipoisePreparation
internal import EquipoiseFormats

/// The series of one utterance, as MultiBench's loader gives them: the zeros before the first word are
/// cut off, the rest moves to the front and zeros follow; what COVAREP left infinite is 0.
///
/// In aligned files, whose modalities have equally many steps, all begin with the text; in others each
/// begins with its own first step that is not zero.
struct UtteranceSeries {
  /// One row per step, channels side by side.
  private let series: [String: [Float]]
  private let sources: [ArraySource]
  private let isAligned: Bool

  init(_ sources: [ArraySource], row: Int) {
    self.sources = sources
    isAligned = Set(sources.map(\.steps)).count == 1
    series = Dictionary(
      uniqueKeysWithValues: sources.map { source in
        let numbers = source.raw(row).floats()
        return (source.name, numbers.map { $0.isInfinite ? 0 : $0 })
      })
  }

  /// Whether there are no words.
  var isWordless: Bool { series["text"]?.allSatisfy { $0 == 0 } ?? true }

  /// A modality's series in so many steps: float32 [length, C].
  func input(_ source: ArraySource, length: Int) -> HostArray {
    let numbers = series[source.name] ?? []
    let start = firstStep(isAligned ? "text" : source.name)
    let fit = SeriesResampler(length: length, channels: source.channels, fit: .pad)
    return HostArray(
      floats: fit(Array(numbers.dropFirst(start * source.channels))),
      shape: [length, source.channels])
  }

  /// How many of them are the series' own.
  func steps(_ source: ArraySource, length: Int) -> Int {
    min(length, max(1, source.steps - firstStep(isAligned ? "text" : source.name)))
  }

  private func firstStep(_ name: String) -> Int {
    guard let source = sources.first(where: { $0.name == name }), let numbers = series[name],
      let first = numbers.firstIndex(where: { $0 != 0 })
    else { return 0 }
    return first / source.channels
  }
}

extension ArraySource {
  /// The steps of a sequence.
  var steps: Int { description.shape[0] }
  /// The channels of a sequence.
  var channels: Int { description.shape[1] }
}
