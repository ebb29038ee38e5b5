// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay

/// `equipoise inspect`
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show a run's dataset, model, parameter groups and memory before or after training.")

  @Argument(
    help: ArgumentHelp(
      "The folder of a run that was begun, or of a network with config.json.", valueName: "run"))
  var folder: String?

  @OptionGroup(title: "Run to be") var options: RunOptions

  @Flag(help: "List every parameter.")
  var parameters = false

  @Flag(
    help:
      "Instead, read every number of the dataset, list the samples that are not finite, and verify checksums."
  )
  var checkData = false

  @Option(help: "How to print the summary.")
  var format = OutputFormat.table

  func run() throws {
    if folder != nil, !options.isEmpty {
      throw ValidationError("a run has its configuration; leave out the flags that make another")
    }
    if let folder, PretrainedFolder.isOne(folder) {
      try EncoderList(folders: [folder], shape: nil).write(format)
      return
    }
    var configuration =
      if let folder { try RunConfiguration.saved(in: RunFolder(folder)) } else {
        try options.resolve().configuration
      }
    if checkData {
      try checkNumbers(configuration)
      return
    }
    // Nothing is trained: sizes are the same everywhere, whatever the weights.
    configuration.runtime.device = "cpu"
    configuration.model.forgetInitialWeights()
    let inspection = Inspection(try RunParts(configuration))
    switch format {
    case .table: Console.print(inspection.text(listingParameters: parameters), terminator: "")
    case .json: try JSONOutput.print(inspection)
    }
  }

  private func checkNumbers(_ configuration: RunConfiguration) throws {
    let dataset = try PreparedDataset(
      folder: configuration.data, modalities: configuration.modalities)
    let found = try Split.allCases.flatMap { try dataset.samples($0).notFinite() }
    for error in found { Console.print("\(error.place ?? ""): \(error.what)") }
    guard found.isEmpty else {
      throw EquipoiseError(
        .data, "numbers that are not finite: \(found.count)", at: configuration.data,
        fix: "correct or leave out the samples listed")
    }
    Console.print("every number is finite")
    let count = try dataset.verify()
    Console.print(
      count == 0
        ? "the dataset has no checksums to verify" : "all \(count) tensors have their checksums")
  }
}
