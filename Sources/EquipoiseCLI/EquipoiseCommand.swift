// SPDX-License-Identifier: Apache-2.0
public import ArgumentParser
public import Equipoise

/// The command `equipoise`: its subcommands parse, call the library and print.
///
/// A program with methods and recipes of its own is this in its `main.swift`:
///
/// ```swift
/// import Equipoise
/// import EquipoiseCLI
///
/// EquipoiseCommand.main(catalogue: .standard.adding(method: Mine.self))
/// ```
public struct EquipoiseCommand: ParsableCommand {
  /// The name and the subcommands.
  public static let configuration = CommandConfiguration(
    commandName: "equipoise",
    abstract: "Trains multimodal classifiers and shows which modality they neglect.",
    version: Version.current,
    subcommands: [
      DemoCommand.self, PrepareCommand.self, TrainCommand.self, EvaluateCommand.self,
      PredictCommand.self, FeaturesCommand.self, ExportCommand.self, ImportCommand.self,
      CompareCommand.self, SweepCommand.self, ReproduceCommand.self,
      ReportCommand.self, WatchCommand.self, InspectCommand.self, CheckCommand.self,
      ConfigCommand.self, MethodsCommand.self, EncodersCommand.self,
      BenchmarkCommand.self,
      DataCommand.self, DoctorCommand.self,
      MediaBenchmarkCommand.self,
    ])

  /// A command without arguments.
  public init() {}

  /// Runs the command with this process's arguments, and ends the process with its status.
  public static func main() { main(catalogue: .standard) }

  /// The same, for a program that has more than the library.
  ///
  /// - Parameter catalogue: what its commands know.
  public static func main(catalogue: Catalogue) {
    RunCatalogue.inUse = catalogue.runs
    RecipeCatalogue.inUse = catalogue.recipes
    FeatureCatalogue.inUse = catalogue.features
    Term.spelling = { CommandLineTerms.running.spelled($0) }
    ProcessSetUp.run()
    do {
      try UnknownCommand.check(CommandLine.arguments.dropFirst().first)
      let arguments = NegativeNumbers.joined(Array(CommandLine.arguments.dropFirst()))
      var command = try parseAsRoot(arguments)
      try command.run()
    } catch {
      ErrorReport.exit(error)
    }
  }
}
