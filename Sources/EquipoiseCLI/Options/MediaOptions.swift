import ArgumentParser
import Equipoise

/// How raw media are decoded.
struct MediaOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Media files decoded at once; by default one for each processor.", valueName: "n"))
  var workers: Int?

  @Option(
    help: ArgumentHelp(
      "Leave out, and name, up to so many samples with a corrupt file.",
      valueName: "n"))
  var maxCorrupt = 0

  func validate() throws {
    guard workers ?? 1 >= 1, maxCorrupt >= 0 else {
      throw ValidationError("--workers takes 1 or more, --max-corrupt 0 or more")
    }
  }

  var preparation: MediaPreparation {
    MediaSupport.preparation(workers: workers, maxCorrupt: maxCorrupt)
  }
}
