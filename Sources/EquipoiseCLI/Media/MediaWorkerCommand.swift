#if EQUIPOISE_MEDIA
  import ArgumentParser
  import Media

  /// `equipoise media-worker`, which the program starts itself.
  struct MediaWorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "media-worker",
      abstract: "Decode files for another process of this program.", shouldDisplay: false)

    @Option(help: "Seconds that a request may take.")
    var seconds: Int

    @Option(help: "Bytes of memory that it may take beyond those it starts with.")
    var memory: Int

    func validate() throws {
      guard seconds >= 1, memory >= 1 else {
        throw ValidationError("--seconds and --memory take 1 or more")
      }
    }

    func run() throws { try MediaWorker.serve(seconds: seconds, memory: memory) }
  }
#endif
