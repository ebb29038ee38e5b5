// SPDX-License-Identifier: Apache-2.0
import Equipoise
import Foundation
import EquipoiseTorch

#if EQUIPOISE_MOTION
  import EquipoiseMotion
#endif

/// Decoding of raw media by the program `equipoise-decoder`, if it is there.
enum MediaSupport {
  /// Decodes in `workers` processes.
  ///
  /// - Throws: `EquipoiseError` when there is no decoder of this version with FFmpeg.
  static func decoder(workers: Int) throws -> any MediaDecoding {
    try MediaWorkerPool(workers: workers, decoder: .located())
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

  /// What `doctor` says: whether media can be read, and by which program.
  static var findings: [Diagnosis.Finding] {
    do {
      let decoder = try DecoderProgram.located()
      return [media(try decoder.ffmpegVersions()), .init("decoder", decoder.path)]
    } catch {
      let error = error as? EquipoiseError
      let problem = [error?.place, error?.what].compactMap(\.self).joined(separator: ": ")
      return [
        .init("media", .warning, "none: raw audio, video and images cannot be read"),
        .init("decoder", .warning, problem, fix: error?.remedy),
      ]
    }
  }

  private static func media(_ versions: String) -> Diagnosis.Finding {
    let version = "FFmpeg \(versions)"
    return MediaWorkerPool.isConfined
      ? .init("media", version + ", decoding in confined processes")
      : .init(
        "media", .warning,
        version + ", decoding in processes that this system cannot confine (no seccomp)",
        fix: "decode files of strangers in a container or a virtual machine")
  }
}
