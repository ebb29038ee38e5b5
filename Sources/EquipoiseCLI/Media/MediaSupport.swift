import Equipoise
import Foundation
import Torch

#if EQUIPOISE_MEDIA
  import Media
#endif
#if EQUIPOISE_MOTION
  import Motion
#endif

/// Decoding of raw media, if this program was built with FFmpeg.
enum MediaSupport {
  /// Decodes in `workers` processes.
  ///
  /// - Throws: `EquipoiseError` when this program was built without FFmpeg.
  static func decoder(workers: Int) throws -> any MediaDecoding {
    #if EQUIPOISE_MEDIA
      MediaWorkerPool(
        workers: workers, program: Bundle.main.executablePath ?? CommandLine.arguments[0])
    #else
      throw EquipoiseError(.usage, "this program was built without FFmpeg", fix: remedy)
    #endif
  }

  /// What recipes for raw media need; those say so when there is no decoder.
  static func preparation(workers: Int?, maxCorrupt: Int) -> MediaPreparation {
    MediaPreparation(
      workers: workers ?? Processors.available, maxCorrupt: maxCorrupt, flow: flow
    ) {
      try decoder(workers: $0)
    }
  }

  private static var flow: (any OpticalFlow)? {
    #if EQUIPOISE_MOTION
      DISFlow()
    #else
      nil
    #endif
  }

  /// What `doctor` says.
  static var finding: Diagnosis.Finding {
    #if EQUIPOISE_MEDIA
      let version = "FFmpeg \(FFmpegDecoder.version)"
      return MediaWorkerPool.isConfined
        ? .init("media", version + ", decoding in confined processes")
        : .init(
          "media", .warning,
          version + ", decoding in processes that this system cannot confine (no seccomp)",
          fix: "decode files of strangers in a container or a virtual machine")
    #else
      .init("media", .warning, "none: raw audio, video and images cannot be read", fix: remedy)
    #endif
  }

  #if !EQUIPOISE_MEDIA
    private static let remedy =
      "'make setup' installs FFmpeg's libraries or says how; then build again with 'make build'"
  #endif
}
