// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseModels
package import EquipoiseTorch

/// A ResNet's weights from another program, such as torchvision, checked name by name and written for
/// `model.encoders.<modality>.initialWeights`.
package struct WeightImport {
  /// How the file's tensors fit.
  package let report: WeightReport
  /// Names of the file that the encoder has no use for: the classifier's.
  package let ignored: [String]
  /// What preceded the encoder's names in the file.
  package let prefix: String
  /// Whether the first layer's colours were summed for input of one channel.
  package let isSummed: Bool
  /// The encoder in a few words.
  package var summary: String { encoder.summary }
  private let encoder: ResNet

  /// Reads a file into an encoder.
  ///
  /// - Parameters:
  ///   - path: a safetensors file with torchvision's names.
  ///   - variant: the architecture.
  ///   - channels: of the modality. For one channel the weights of three are summed, which treats a grey
  ///     image as one whose colours agree; else they must be as many as the file's.
  ///   - width: channels of the first stage.
  ///   - prefix: what precedes the names in the file; `nil` finds it.
  /// - Throws: `FormatError` for the file; `EquipoiseError` for another network; `TorchError.weights`
  ///   with the names that do not fit.
  package init(
    from path: String, _ variant: ResNet.Variant, channels: Int, width: Int = ResNet.defaultWidth,
    prefix: String? = nil
  ) throws {
    encoder = ResNet(variant, channels: channels, width: width, from: Generator(seed: 0))
    let file = try TensorFile(path: path).tensors()
    let names = try PretrainedNames(
      of: encoder.state.map(\.name), in: file, prefix: prefix, source: path)
    self.prefix = names.prefix
    var tensors = names.tensors
    ignored =
      tensors.keys.filter { $0.hasPrefix("fc.") }.map { names.prefix + $0 }.sorted()
      + names.others
    let first = tensors["conv1.weight"]
    let isSummed = channels == 1 && first?.rank == 4 && first?.size(1) == 3
    if isSummed, let first { tensors["conv1.weight"] = first.sum(over: [1], keeping: true) }
    self.isSummed = isSummed
    guard let form = ResNetForm(tensors) else {
      let starts = Set(tensors.keys.compactMap { $0.split(separator: ".").first.map(String.init) })
      throw EquipoiseError(
        .checkpoint,
        "this is not a ResNet under torchvision's names: they begin with "
          + starts.sorted().prefix(6).map { "'\($0)'" }.joined(separator: ", "), at: path,
        fix: "save the state_dict of torchvision's resnet18 or resnet34")
    }
    if let difference = form.difference(from: encoder) {
      throw EquipoiseError(.checkpoint, difference.what, at: path, fix: difference.importing)
    }
    report = try encoder.loadPretrained(tensors, source: path)
  }

  /// Writes the encoder's weights; an old file stays until the new one is complete.
  ///
  /// - Parameter path: the file.
  /// - Throws: `FormatError` when the disk refuses.
  package func write(to path: String) throws {
    try encoder.save(to: path, metadata: ["format": "pt", "encoder": summary])
  }
}
