import ArgumentParser
import Equipoise

/// `equipoise export`
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write an encoder's weights for other programs.",
    discussion: """
      The file is safetensors under PyTorch's names without a prefix; those of a ResNet with the \
      standard stem are torchvision's. 'fc' is the modality's slice of the fused logits where that \
      is a linear layer.
      """)

  @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"))
  var folder: String

  @Option(
    help: ArgumentHelp("Whose encoder (may be left out where there is one).", valueName: "name"))
  var modality: String?

  @Option(help: "The weights to use: of the best epoch or of the last step.")
  var weights = SavedWeights.best

  @Option(help: ArgumentHelp("The dataset's folder (default: the run's).", valueName: "dir"))
  var data: String?

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var out: String

  func run() throws {
    let parts = try RunParts.trained(in: RunFolder(folder), weights: weights) { configuration in
      if let data { configuration.data = data }
    }
    let names = parts.model.modalities
    guard let name = modality ?? (names.count == 1 ? names[0] : nil) else {
      throw ValidationError("say whose encoder with --modality: \(names.joined(separator: ", "))")
    }
    let export = try EncoderExport(name, of: parts.model)
    try export.write(to: out)
    let classifier =
      export.classifier == .slice
      ? "fc is its slice of the logits" : "without fc, for the fusion has no linear slice"
    print("\(out): \(export.summary) of '\(name)', \(export.tensors.count) tensors, \(classifier)")
  }
}
