// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings

/// Which frames of a video stand for it.
public enum FrameChoice: String, ConfigurationChoice {
  /// The first ones.
  case leading
  /// The first of each of equally long segments.
  case first
  /// The middle one of each segment.
  case middle
  /// One of each segment, drawn once by seed and sample.
  case random
  /// At equal distances, the first and the last among them.
  case spread

  /// Chooses `count` of `frames` frames, counted from 0, ascending; the last one again where there are
  /// fewer.
  func callAsFunction(_ count: Int, of frames: Int, _ stream: inout RandomStream) -> [Int] {
    switch self {
    case .leading: (0..<count).map { min($0, frames - 1) }
    case .first: SegmentSampling(count, .first)(frames: frames, &stream)
    case .middle: SegmentSampling(count, .middle)(frames: frames, &stream)
    case .random: SegmentSampling(count, .random)(frames: frames, &stream)
    case .spread: SegmentSampling.spread(count, frames: frames)
    }
  }
}

/// How many frames, of how many per second, chosen how.
package struct FrameSampling: Codable, Hashable, Sendable {
  // The names of the format.
  private enum CodingKeys: String, CodingKey { case count, rate, choice }

  /// Frames of a sample.
  var count: Int
  /// Frames per second among which it is chosen, as by extraction at that rate; nil takes all.
  var rate: Double?
  var choice: FrameChoice

  package init(count: Int, rate: Double? = nil, choice: FrameChoice) {
    self.count = count
    self.rate = rate
    self.choice = choice
  }

  /// The numbers of the chosen frames of a video, counted from 0.
  ///
  /// - Parameters:
  ///   - times: when frames are shown, in seconds from the start of the track, ascending; at least one.
  ///   - stream: draws random frames.
  /// - Returns: ascending numbers.
  func frames(at times: [Double], _ stream: inout RandomStream) -> [Int] {
    let candidates = candidates(times)
    return choice(count, of: candidates.count, &stream).map { candidates[$0] }
  }

  /// The frames among which it is chosen. Extraction at a rate keeps each frame whose number is a multiple
  /// of source rate / rate; where frames are not equally far apart, those that are shown at a multiple
  /// of 1 / rate.
  private func candidates(_ times: [Double]) -> [Int] {
    guard let rate, let first = times.first, let last = times.last, last > first else {
      return Array(times.indices)
    }
    let interval = (last - first) / Double(times.count - 1)
    let isRegular = times.indices.allSatisfy {
      abs(times[$0] - first - Double($0) * interval) < interval / 2
    }
    if isRegular {
      let step = max(1, (1 / (interval * rate)).rounded())
      return Array(stride(from: 0, to: times.count, by: Int(min(step, Double(times.count)))))
    }
    // Half a millisecond: times in files are rounded.
    let slack = 5e-4
    return times.indices.filter { index in
      let end = index + 1 < times.count ? times[index + 1] : last + interval
      let multiple = ((times[index] - first - slack) * rate).rounded(.up) / rate
      return first + multiple < end - slack
    }
  }
}
