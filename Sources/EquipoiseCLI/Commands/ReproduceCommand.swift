// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay
import EquipoiseFormats
import Foundation

/// `equipoise reproduce`
struct ReproduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce",
    abstract: "Run a table or figure of the AIM paper on the data at hand.",
    discussion: """
      A comparison whose entries are those of the table or figure (a file of Recipes/paper), with the \
      settings for the dataset (a file of Recipes) unless --config names others. A figure's numbers \
      are written to OUT/curves.csv. Repeating the command continues whatever stopped it.
      """)

  @Argument(help: "The table or figure, such as table-2 or figure-6; 'list' names them all.")
  var name: String

  @OptionGroup(title: "Runs") var options: ExperimentOptions

  @Option(help: ArgumentHelp("The folder of run configurations.", valueName: "dir"))
  var recipes = RecipeFolder.path

  @Option(help: "How to print the result.")
  var format = ReportFormat.table

  func run() throws {
    let folder = RecipeFolder(recipes)
    guard name != "list" else { return try list(folder) }
    let experiment = try folder.experiment(name)
    var options = options
    options.config = try options.config ?? options.data.flatMap(folder.configuration)
    options.sets = (experiment.settings ?? []) + options.sets
    if !options.quiet {
      Console.note(
        "\(experiment.title)\nkeeps: \(experiment.keeps)\ndiffers: \(experiment.differs)")
    }
    let entries = try experiment.entries.map { text in
      guard let entry = EntryOption(argument: text.contains("=") ? text : "\(text)=\(text)") else {
        throw EquipoiseError(
          .configuration, "'\(text)' is not an entry", at: "\(recipes)/paper/\(name).yaml")
      }
      return entry
    }
    let session = ComparisonSession(
      command: "reproduce", options: options, entries: entries, baseline: experiment.baseline,
      references: nil)
    let (saved, failures) = try session.train()
    let out = try options.folder()
    try writeCurves(of: experiment, saved, in: out)
    try format.print(saved, in: out, failures: failures)
    if !failures.isEmpty { throw ExitCode(1) }
  }

  private func list(_ folder: RecipeFolder) throws {
    for name in try folder.experiments() {
      Console.print("\(name)  \(try folder.experiment(name).title)")
    }
  }

  private func writeCurves(
    of experiment: PaperExperiment, _ saved: SavedComparison, in out: String
  ) throws {
    let folder = ExperimentFolder(out)
    var table = CurveTable()
    for entry in saved.entries {
      for seed in saved.seeds {
        let run = folder.entry(entry.name).run(seed: seed)
        try table.add(run, entry: entry.name, seed: seed, of: experiment)
      }
    }
    guard !table.isEmpty else { return }
    try AtomicFile.write(data: Data(table.text.utf8), to: folder.curves)
    Console.note("reproduce: the figure's numbers are in \(folder.curves)")
  }
}
