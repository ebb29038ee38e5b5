// SPDX-License-Identifier: Apache-2.0
public import EquipoiseFeatures
internal import EquipoiseKit
public import EquipoiseMedia
public import EquipoiseTorch

/// What the program lends to recipes for raw media.
public struct MediaPreparation: Sendable {
  /// Makes the decoder for so many files at once, or throws why there is none.
  public var decoder: @Sendable (_ workers: Int) throws -> any MediaDecoding
  /// Computes optical flow; nil where this program was built without OpenCV.
  public var flow: (any OpticalFlow)?
  /// Files decoded at once.
  public var workers: Int
  /// How many samples with a corrupt file are left out, and listed; one more stops the run.
  public var maxCorrupt: Int
  /// Whether files that look unchanged are compared by content with those that the dataset was made of.
  public var verify = false
  /// What can be made of the files of a modality; by default what the program started with.
  public var features: FeatureCatalogue
  /// Where the faults of a list go that does not end at the first; nil ends there.
  package var faults: ListFaults?

  /// What the program lends.
  ///
  /// - Parameters:
  ///   - workers: files decoded at once; by default one for each processor.
  ///   - maxCorrupt: samples with a corrupt file that may be left out.
  ///   - flow: computes optical flow.
  ///   - features: what can be made of files; nil takes those that the program started with.
  ///   - decoder: makes the decoder.
  public init(
    workers: Int = Processors.available, maxCorrupt: Int = 0,
    flow: (any OpticalFlow)? = nil, features: FeatureCatalogue? = nil,
    decoder: @escaping @Sendable (_ workers: Int) throws -> any MediaDecoding
  ) {
    self.workers = max(1, workers)
    self.maxCorrupt = maxCorrupt
    self.flow = flow
    self.features = features ?? .inUse
    self.decoder = decoder
  }

  /// For programs without a decoder: recipes for raw media then say what to install.
  public static var none: MediaPreparation { withoutDecoder() }

  /// The same with features of one's own, some of which may need no decoder.
  ///
  /// - Parameter features: what can be made of files; nil takes those that the program started with.
  /// - Returns: what lends no decoder.
  public static func withoutDecoder(
    features: FeatureCatalogue? = nil
  ) -> MediaPreparation {
    MediaPreparation(features: features) { _ in throw noDecoder }
  }

  private static let noDecoder =
    EquipoiseError(
      .usage, "raw media cannot be read without FFmpeg's libraries",
      fix: "install them (Debian: apt-get install libavformat-dev libavcodec-dev libavutil-dev "
        + "libswscale-dev libswresample-dev) and \(.byMake("build again", target: "build"))")
}
