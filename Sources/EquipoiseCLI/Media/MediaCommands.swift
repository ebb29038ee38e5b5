import ArgumentParser

/// The commands that there are only with FFmpeg.
enum MediaCommands {
  static var all: [any ParsableCommand.Type] {
    #if EQUIPOISE_MEDIA
      [MediaWorkerCommand.self, MediaBenchmarkCommand.self]
    #else
      []
    #endif
  }
}
