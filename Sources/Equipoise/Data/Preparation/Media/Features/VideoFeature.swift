internal import Formats

/// Frames of a video file, or of a folder with its frames as images: uint8 [T, 3, H, W].
struct VideoFeature: MediaFeature {
  let sampling: FrameSampling
  let image: ImageFeature

  var description: ModalityDescription {
    ModalityDescription(
      kind: .video, shape: [sampling.count, 3, image.height, image.width], type: .uint8,
      mean: ImageStatistics.imageNet.mean, std: ImageStatistics.imageNet.std)
  }

  var settings: String { "video \(sampling) \(image)" }

  var record: FeatureRecord { .frames(sampling: sampling, image: image) }

  func callAsFunction(
    _ files: [String], of id: String, by media: any MediaDecoding, _ stream: inout RandomStream
  ) throws -> HostArray {
    guard let path = files.first else { preconditionFailure("VideoFeature: no file of '\(id)'") }
    if let images = try ImageFolder.images(in: path) {
      let chosen = sampling.choice(sampling.count, of: images.count, &stream)
      return try HostArray.stack(chosen.map { try image(media.image(images[$0]), of: images[$0]) })
    }
    let frames = try Self.frames(path, sampling, by: media, &stream)
    return try HostArray.stack(frames.map { try image($0, of: path) })
  }

  /// The chosen frames of a video file, or those `offset` later.
  static func frames(
    _ path: String, _ sampling: FrameSampling, offset: Int = 0, by media: any MediaDecoding,
    _ stream: inout RandomStream
  ) throws -> [HostArray] {
    let video = try media.describe(path)
    guard let rate = video.video?.rate, rate > 0 else {
      throw EquipoiseError(
        .data, "it has no video", at: path, fix: "leave it out, or name the file with the video")
    }
    // Half a frame later than it begins, so that no rounding of time stamps gives its neighbour.
    let times = sampling.frames(of: video, &stream).map { (Double($0 + offset) + 0.5) / rate }
    return try media.frames(path, at: times)
  }
}
