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
struct FrameSampling: Codable, Hashable, Sendable {
  /// Frames of a sample.
  var count: Int
  /// Frames per second among which it is chosen, as by extraction at that rate; nil takes all.
  var rate: Double?
  var choice: FrameChoice

  /// The numbers of the chosen frames of a video, counted from 0. Extraction at a rate keeps each frame
  /// whose number is a multiple of source rate / rate.
  func frames(of video: MediaDescription, _ stream: inout RandomStream) -> [Int] {
    let sourceRate = max(1e-3, video.video?.rate ?? 25)
    let total = max(1, Int((video.duration * sourceRate).rounded()))
    let step = rate.map { max(1, Int((sourceRate / $0).rounded())) } ?? 1
    let candidates = (total + step - 1) / step
    return choice(count, of: candidates, &stream).map { $0 * step }
  }
}
