// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Equipoise
import EquipoiseDisplay
import EquipoiseTorch

/// `equipoise import`
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Make an encoder's initial weights of a torchvision ResNet.",
    discussion: """
      The file is safetensors under torchvision's names. Python makes one with: \
      safetensors.torch.save_file(torchvision.models.resnet18(weights='DEFAULT').state_dict(), \
      'resnet18.safetensors'). Every name must fit but for the classifier 'fc'. A prefix that all of \
      the network's names share, such as 'module.' or 'backbone.', is found and left out, with whatever \
      else the file holds. Training starts from \
      the result with --set model.encoders.MODALITY.initialWeights=FILE; the modality's encoder must \
      be of the same type, width and channels.
      """)

  @Argument(help: ArgumentHelp("The weights.", valueName: "file.safetensors"))
  var file: String

  @Option(help: "The architecture.")
  var type = ImportedType.resnet18

  @Option(
    help: ArgumentHelp(
      "Channels of the modality; for 1 the weights of red, green and blue are summed.",
      valueName: "n"))
  var channels = 3

  @Option(help: ArgumentHelp("Channels of the first stage.", valueName: "n"))
  var width = ResNet.defaultWidth

  @Option(
    help: ArgumentHelp(
      "What precedes the network's names in the file, where it holds several.", valueName: "name."))
  var prefix: String?

  @Option(help: ArgumentHelp("The file to write.", valueName: "file"))
  var out: String

  func validate() throws {
    try NumberFlag.check("--channels", channels, from: 1, to: 65_536)
    try NumberFlag.check("--width", width, from: 1, to: 4096)
  }

  func run() throws {
    let imported = try WeightImport(
      from: file, type.variant, channels: channels, width: width, prefix: prefix)
    try imported.write(to: out)
    var table = TextTable(["", ""], [.left, .right])
    table.add(["loaded", "\(imported.report.loaded.count)"])
    table.add(["missing", "\(imported.report.missing.count)"])
    table.add(["ignored", "\(imported.ignored.count)"])
    Console.print(table.text(), terminator: "")
    if !imported.prefix.isEmpty { Console.print("left out before every name: \(imported.prefix)") }
    if !imported.ignored.isEmpty {
      let more = imported.ignored.count - 12
      Console.print(
        "ignored: \(imported.ignored.prefix(12).joined(separator: ", "))"
          + (more > 0 ? " and \(more) more" : ""))
    }
    if imported.isSummed {
      Console.print("conv1.weight: the three colours are summed into one channel")
    }
    Console.print("\(out): \(imported.summary)")
  }
}

/// The architectures that can be imported.
enum ImportedType: String, ExpressibleByArgument, CaseIterable {
  case resnet18
  case resnet34

  var variant: ResNet.Variant { self == .resnet18 ? .resNet18 : .resNet34 }
}
