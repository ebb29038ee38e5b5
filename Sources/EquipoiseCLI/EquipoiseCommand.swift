import ArgumentParser
import Equipoise

/// The command `equipoise`: its subcommands parse, call the library and print.
@main
struct EquipoiseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "equipoise",
    abstract: "Trains multimodal classifiers and shows which modality they neglect.",
    version: Version.current,
    subcommands: [
      DemoCommand.self, PrepareCommand.self, TrainCommand.self, EvaluateCommand.self,
      PredictCommand.self, ExportCommand.self, ImportCommand.self,
      CompareCommand.self, SweepCommand.self, ReproduceCommand.self,
      ReportCommand.self, WatchCommand.self, InspectCommand.self, CheckCommand.self,
      ConfigCommand.self,
      BenchmarkCommand.self,
      DataCommand.self, DoctorCommand.self,
    ] + MediaCommands.all)

  static func main() {
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
