// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseData
public import EquipoisePreparation
internal import EquipoiseFormats

/// UTD-MHAD: 27 actions of 8 subjects as depth video, optical flow, inertial series and skeleton.
public struct UTDRecipe: DatasetRecipe {
  /// The recipe's name.
  public static let name = "utd-mhad"
  /// What it makes, and from what.
  public static let summary =
    "27 actions: depth and flow video, inertial and skeleton series, split by subject"

  static let actions = [
    "swipe left", "swipe right", "wave", "clap", "throw", "arm cross", "basketball shoot",
    "draw x", "draw circle clockwise", "draw circle counter-clockwise", "draw triangle",
    "bowling", "boxing", "baseball swing", "tennis swing", "arm curl", "tennis serve", "push",
    "knock", "catch", "pick up and throw", "jog", "walk", "sit to stand", "stand to sit", "lunge",
    "squat",
  ]
  private let options: UTDOptions

  /// The recipe with these settings.
  public init(_ options: UTDOptions) { self.options = options }

  /// Makes the dataset.
  public func prepare(
    input: String, output: String, report: (PreparationEvent) -> Void
  ) throws -> DatasetDescription {
    let source = try UTDSource(folder: input, options)
    try checkSubjects(source.clips)
    let names = options.modalities.sorted()
    let writer = try DatasetWriter(
      folder: output, description: description, standardising: Set(names),
      lengths: options.lengths ? Set(names).intersection(["inertial", "skeleton"]) : [])
    for (done, clip) in source.clips.enumerated() {
      let inputs = try names.map { try source.input($0, of: clip) }
      var sample = PreparedSample(
        inputs: inputs, label: clip.action - 1, group: clip.subject, id: clip.id)
      for name in names where options.lengths {
        sample.lengths[name] = try source.steps(name, of: clip)
      }
      try writer.append(sample, to: split(clip.subject))
      report(.progress(done + 1, of: source.clips.count))
    }
    return try writer.finish()
  }

  /// The flow was computed for 8 moments only.
  static func flowFrames(_ options: UTDOptions) -> Int { min(8, options.frames) }

  private func split(_ subject: Int) -> Split {
    if options.validationSubjects.contains(subject) { return .validation }
    return subject.isMultiple(of: 2) ? .test : .train
  }

  private func checkSubjects(_ clips: [UTDClip]) throws {
    let training = Set(clips.map(\.subject)).filter { !$0.isMultiple(of: 2) }
    for subject in options.validationSubjects where !training.contains(subject) {
      throw EquipoiseError(
        .configuration, "subject \(subject) is not one of the training subjects",
        at: "validationSubjects",
        fix: "choose from \(training.sorted().map(String.init).joined(separator: ", "))")
    }
  }

  private var description: DatasetDescription {
    let size = options.size
    let known = [
      "depth": ModalityDescription(
        kind: .video, shape: [options.frames, 1, size, size], type: .uint8),
      "flow": ModalityDescription(
        kind: .video, shape: [Self.flowFrames(options), 2, size, size], type: .int8, flow: true),
      "inertial": ModalityDescription(
        kind: .sequence, shape: [options.inertialLength, 6], type: .float32),
      "skeleton": ModalityDescription(
        kind: .sequence, shape: [options.skeletonLength, 60], type: .float32),
    ]
    return DatasetDescription(
      name: Self.name, classes: Self.actions,
      modalities: known.filter { options.modalities.contains($0.key) },
      extra: [
        "groups": "subjects 1 to 8",
        "split": "cross-subject; validation subjects "
          + options.validationSubjects.map(String.init).joined(separator: ", "),
      ])
  }
}
