// SPDX-License-Identifier: Apache-2.0
public import EquipoiseKit
public import EquipoiseSettings

/// Which frames of a video stand for it: one of each of equally long segments.
///
/// Segments have ⌊frames / segments⌋ frames; what is left over at the end is not used. A video with
/// fewer frames than segments has one frame in each, the last one again where there are no more.
public struct SegmentSampling: Hashable, Sendable {
  /// Which frame of a segment.
  public enum Choice: String, ConfigurationChoice {
    /// The first, as OGM-GE's loader for Kinetics-Sounds in training and test.
    case first
    /// The middle one, as Diagnosing & Re-learning and BalanceBenchmark in test: the ⌊length / 2⌋-th
    /// counted from 1, but at least the first.
    case middle
    /// Any, each as likely, as the same two in training.
    case random
  }

  /// The number of frames chosen.
  public let segments: Int
  /// Which frame of a segment.
  public let choice: Choice

  /// A rule.
  ///
  /// - Parameters:
  ///   - segments: the number of frames chosen, at least 1.
  ///   - choice: which frame of a segment.
  public init(_ segments: Int, _ choice: Choice) {
    precondition(segments >= 1, "SegmentSampling: \(segments) segments")
    self.segments = segments
    self.choice = choice
  }

  /// Chooses frames.
  ///
  /// - Parameters:
  ///   - frames: how many there are, at least 1.
  ///   - stream: draws the random frames, and nothing else.
  /// - Returns: the frames chosen, counted from 0, ascending.
  public func callAsFunction(frames: Int, _ stream: inout RandomStream) -> [Int] {
    precondition(frames >= 1, "SegmentSampling: \(frames) frames")
    let length = max(1, frames / segments)
    return (0..<segments).map { segment in
      let offset =
        switch choice {
        case .first: 0
        case .middle: max(length / 2, 1) - 1
        case .random: stream.integer(below: length)
        }
      return min(frames - 1, segment * length + offset)
    }
  }

  /// Frames at equal distances, the first and the last among them, as Kinetics-Sounds is sampled by
  /// loaders that take its first, middle and last: ⌊i (frames − 1) / (count − 1)⌋; of one, the middle.
  public static func spread(_ count: Int, frames: Int) -> [Int] {
    precondition(count >= 1 && frames >= 1, "SegmentSampling: \(count) of \(frames) frames")
    guard count > 1 else { return [(frames - 1) / 2] }
    return (0..<count).map { $0 * (frames - 1) / (count - 1) }
  }
}
