// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseFeatures
public import EquipoiseSettings
internal import EquipoiseFormats

/// Settings of UTD-MHAD.
public struct UTDOptions: ConfigurationSection {
  /// Which of `depth`, `flow`, `inertial` and `skeleton` to use.
  public var modalities = ["depth", "inertial"]
  /// Subjects for validation, taken out of the training subjects (the odd ones; the even ones are
  /// for test).
  public var validationSubjects = [7]
  /// Frames of a depth video, evenly spaced. Flow has at most 8.
  public var frames = 8
  /// Height and width of depth and flow.
  public var size = 64
  /// Time steps of the inertial series.
  public var inertialLength = 128
  /// Time steps of the skeleton series.
  public var skeletonLength = 64
  /// How a series comes to its length: `resample` or `pad`.
  public var fit = SeriesFit.resample
  /// Of series that are padded: whether the dataset notes how many steps of each there are; without, the zeros behind
  /// them count as data.
  public var lengths = false
  /// Whether joints are relative to the hip centre of their frame.
  public var centred = true

  /// The defaults.
  public init() {}
}

extension UTDOptions: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    let known = ["depth", "flow", "inertial", "skeleton"]
    for (index, name) in modalities.enumerated() where !known.contains(name) {
      let place = path.appending("modalities").appending(index: index)
      throw ConfigIssue(
        at: place, "\(place) is '\(name)'", fix: Nearest.hint(name, in: known))
    }
    try path.check(
      "modalities", !modalities.isEmpty && Set(modalities).count == modalities.count,
      found: .sequence([]), expected: "at least one modality, each once")
    try path.check(
      "lengths", !lengths || fit == .pad, found: .bool(lengths),
      expected: "fit: pad, as series that are resampled have one length")
    try path.check("frames", frames, .from(1..<33))
    try path.check("size", size, .from(8..<129))
    try path.check("inertialLength", inertialLength, .from(8..<1025))
    try path.check("skeletonLength", skeletonLength, .from(8..<1025))
  }
}
