// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay

/// `equipoise data preview`
struct DataPreviewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "preview",
    abstract: "Write pictures of frames and spectrograms, and sounds, of some samples.")

  @Argument(
    help: ArgumentHelp(
      "A prepared dataset, or a folder or manifest of raw media.", valueName: "input"))
  var input: String

  @Option(help: ArgumentHelp("The folder to write to.", valueName: "dir"))
  var out: String

  @Option(help: ArgumentHelp("The recipe that reads raw media.", valueName: "name"))
  var recipe = "manifest"

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("A setting of the recipe. Repeatable.", valueName: "key=value"))
  var sets: [String] = []

  @Option(help: ArgumentHelp("Training samples of each class.", valueName: "n"))
  var perClass = 2

  func validate() throws {
    try NumberFlag.check("--per-class", perClass, from: 1)
  }

  func run() throws {
    let files = try DataPreview.write(
      input, to: out, recipe: recipe, sets: sets, perClass: perClass,
      media: MediaSupport.preparation(workers: 1, maxCorrupt: 0))
    for file in files { Console.print(file) }
  }
}
