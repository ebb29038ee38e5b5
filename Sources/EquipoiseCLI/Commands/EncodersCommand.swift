// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay

/// `equipoise encoders`
struct EncodersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encoders",
    abstract: "List the networks that pretrained encoders are read from, or show those of folders.",
    discussion: """
      With folders in Hugging Face's layout it reads their description and weights, and says what \
      they hold beside the encoder; without, it lists the families with published networks.
      """)

  @Argument(help: ArgumentHelp("Folders with config.json and model.safetensors.", valueName: "dir"))
  var folders: [String] = []

  @Option(help: "The shape of a sample, such as 3,224,224; by default the one it was trained on.")
  var shape: String?

  @Option(help: "How to print the list.")
  var format = OutputFormat.table

  func run() throws {
    try EncoderList(folders: folders, shape: sizes()).write(format)
  }

  private func sizes() throws -> [Int]? {
    guard let shape else { return nil }
    let sizes = shape.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard !folders.isEmpty, !sizes.isEmpty, sizes.allSatisfy({ ($0 ?? 0) > 0 }) else {
      throw ValidationError("--shape takes whole numbers from 1 on, such as 3,224,224, for folders")
    }
    return sizes.compactMap(\.self)
  }
}
