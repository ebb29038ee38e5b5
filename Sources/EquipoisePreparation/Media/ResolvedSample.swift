// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseData

/// A sample of a list whose files are all there.
struct ResolvedSample: GroupedSample, Sendable {
  private let listed: RawSample
  /// For each modality the absolute paths of its files.
  let paths: [[String]]

  /// - Parameters:
  ///   - sample: as it is listed.
  ///   - paths: the absolute paths of its `files`, in their order.
  init(_ sample: RawSample, paths: [[String]]) {
    (listed, self.paths) = (sample, paths)
  }

  /// What it is called.
  var id: String { listed.id }
  var split: Split { listed.split }
  /// The index of its class.
  var label: Int { listed.label }
  /// Its labels, 1 or 0 each, or its numbers; nil in classification.
  var targets: [Float]? { listed.targets }
  /// What is right for it.
  var answer: SampleAnswer {
    listed.targets.map(SampleAnswer.targets) ?? .label(listed.label)
  }
  /// Its speaker or the like.
  var group: String? { listed.group }
  /// Where it was read, such as `manifest.csv:12`, for messages.
  var place: String { listed.place }
}
