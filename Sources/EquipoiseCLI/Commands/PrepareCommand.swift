// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay

/// `equipoise prepare`
struct PrepareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare", abstract: "Make a prepared dataset from source data.",
    discussion: "'equipoise prepare --list' shows every recipe with its settings and defaults.")

  @Argument(help: ArgumentHelp("The recipe.", valueName: "name"))
  var name: String?

  @Option(help: ArgumentHelp("The folder of source data.", valueName: "dir"))
  var input: String?

  @Option(
    help: ArgumentHelp(
      "The dataset's folder, at which there is nothing yet, or of raw media an earlier run's.",
      valueName: "dir"))
  var out: String?

  @Option(help: ArgumentHelp("A YAML file with the recipe's settings.", valueName: "file"))
  var config: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "A setting of the recipe; beats the file. Repeatable.", valueName: "key=value")
  )
  var sets: [String] = []

  @OptionGroup var media: MediaOptions

  @Flag(
    help: """
      Compare raw files by content with those that the dataset was made of, not only by size and time.
      """)
  var verify = false

  @Flag(help: "List the recipes.")
  var list = false

  @Flag(help: "Print only the result.")
  var quiet = false

  func run() throws {
    if list {
      Console.print(try RecipeList.text(), terminator: "")
      return
    }
    guard let name else {
      throw ValidationError("no recipe is named; 'equipoise prepare --list' shows them")
    }
    guard let out else { throw ValidationError("no dataset folder is given; add --out DIR") }
    StopSignal.sayThatRepeatingContinues()
    let display = PreparationDisplay(name: name, quiet: quiet)
    var media = media.preparation
    media.verify = verify
    try RecipeCatalogue.inUse.prepare(
      name, input: input, output: out, file: config, sets: sets, media: media,
      report: display.show)
    let dataset = try PreparedDataset(folder: out)
    let splits = try Split.allCases.map { ($0, try dataset.samples($0)) }
    Console.print(
      DatasetSummary(dataset, Dictionary(uniqueKeysWithValues: splits)).text, terminator: "")
  }
}
