// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay

/// `equipoise export`
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a trained model for other programs.",
    discussion: """
      safetensors holds the weights of one modality's encoder under PyTorch's names without a prefix; \
      those of a ResNet with the standard stem are torchvision's. 'fc' is the modality's slice of the \
      fused logits where that is a linear layer.

      onnx holds the whole model, from the prepared arrays of each modality, which it normalises, to \
      class probabilities, fused and of each modality as 'equipoise predict' gives them, for any \
      number of samples. It computes in single precision.

      --bundle writes one file with everything that 'equipoise predict' and the other commands need of a run: \
      weights, configuration and what it carries of its dataset. They take it in place of the run's folder.
      """)

  @Argument(help: ArgumentHelp("The run's folder, or a bundle of it.", valueName: "run"))
  var folder: String

  @Option(help: "What to write.")
  var format = ExportFormat.safetensors

  @Flag(help: "Write the run as one file that predicts anywhere.")
  var bundle = false

  @Option(
    help: ArgumentHelp(
      "Whose encoder (safetensors; may be left out where there is one).", valueName: "name"))
  var modality: String?

  @Option(help: "The weights to use: of the best epoch or of the last step.")
  var weights = SavedWeights.best

  @Option(
    help: ArgumentHelp(
      "A dataset to take names and shapes from (default: what the run carries).", valueName: "dir"))
  var data: String?

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var out: String

  func validate() throws {
    guard format == .safetensors || modality == nil else {
      throw ValidationError("--modality belongs to --format safetensors")
    }
    guard !bundle || modality == nil && format == .safetensors else {
      throw ValidationError("--bundle has the whole run; leave out --modality and --format")
    }
  }

  func run() throws {
    let run = RunFolder(folder)
    let parts = try RunParts.trained(
      in: run, weights: weights, needing: data == nil ? .description : .samples
    ) { configuration in
      if let data { configuration.data = data }
      configuration.runtime.device = "cpu"
      configuration.training.precision = .fp32
    }
    if bundle {
      try RunBundle.write(run, parts, weights: weights, to: out)
      Console.print(
        "\(out): the run with its \(weights.rawValue) weights; 'equipoise predict \(out) …'")
      return
    }
    switch format {
    case .safetensors: try writeEncoder(of: parts)
    case .onnx: try writeModel(of: parts)
    }
  }

  private func writeEncoder(of parts: RunParts) throws {
    let names = parts.model.modalities
    guard let name = modality ?? (names.count == 1 ? names[0] : nil) else {
      throw ValidationError("say whose encoder with --modality: \(names.joined(separator: ", "))")
    }
    let export = try EncoderExport(name, of: parts.model)
    try export.write(to: out)
    let classifier =
      export.classifier == .slice
      ? "fc is its slice of the logits" : "without fc, for the fusion has no linear slice"
    Console.print(
      "\(out): \(export.summary) of '\(name)', \(export.tensors.count) tensors, \(classifier)")
  }

  private func writeModel(of parts: RunParts) throws {
    let export = try ONNXExport(of: parts)
    try export.write(to: out)
    let (inputs, outputs) = (export.inputs, export.outputs)
    Console.print(
      "\(out): \(export.nodes) nodes, from \(inputs.joined(separator: ", ")) "
        + "to \(outputs.joined(separator: ", "))")
  }
}

/// What an export may be.
enum ExportFormat: String, ExpressibleByArgument, CaseIterable {
  /// One encoder's weights.
  case safetensors
  /// The whole model.
  case onnx
}
