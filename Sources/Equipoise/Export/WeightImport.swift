package import Torch

/// A ResNet's weights from another program, such as torchvision, checked name by name and written for
/// `model.encoders.<modality>.initialWeights`.
package struct WeightImport {
  /// How the file's tensors fit.
  package let report: WeightReport
  /// Names of the file that the encoder has no use for: the classifier's.
  package let ignored: [String]
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
  /// - Throws: `FormatError` for the file; `TorchError.weights` with every name that does not fit.
  package init(
    from path: String, _ variant: ResNet.Variant, channels: Int, width: Int = ResNet.defaultWidth
  ) throws {
    encoder = ResNet(variant, channels: channels, width: width, from: Generator(seed: 0))
    let file = try TensorFile(path: path)
    var tensors = try file.tensors()
    ignored = tensors.keys.filter { $0.hasPrefix("fc.") }.sorted()
    let first = tensors["conv1.weight"]
    let isSummed = channels == 1 && first?.rank == 4 && first?.size(1) == 3
    if isSummed, let first { tensors["conv1.weight"] = first.sum(over: [1], keeping: true) }
    self.isSummed = isSummed
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
