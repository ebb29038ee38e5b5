internal import EquipoiseKit
import Foundation
import Torch

/// Makes one modality's encoder from its configuration.
struct EncoderFactory {
  let modality: String
  let shape: [Int]
  let configuration: EncoderConfiguration

  /// An encoder with random weights, or those of the file that the configuration names.
  func makeEncoder(from generator: Generator) throws -> any ModalityEncoder {
    let kind = try resolvedKind()
    try refuseForeignSettings(kind)
    try refuseMoreThanMemory(kind)
    let encoder = try makeEncoder(kind, generator)
    try encoder.validate(shape: shape, of: modality)
    if let path = configuration.initialWeights { try load(path, into: encoder) }
    return encoder
  }

  private func load(_ path: String, into encoder: any ModalityEncoder) throws {
    let file = try TensorFile(path: path).tensors()
    if let encoder = encoder as? ResNet {
      let names = try PretrainedNames(of: encoder.state.map(\.name), in: file, source: path)
      if let difference = ResNetForm(names.tensors)?.difference(from: encoder) {
        throw EquipoiseError(
          .configuration, difference.what, at: path,
          fix: "\(difference.setting) (model.encoders.\(modality))")
      }
    }
    try encoder.loadPretrained(file, source: path)
  }

  private func makeEncoder(_ kind: Kind, _ generator: Generator) throws -> any ModalityEncoder {
    let channels = shape.last ?? 0
    let (width, depth) = (configuration.width, configuration.depth)
    switch kind {
    case .resNet(let variant):
      return ResNet(
        variant, channels: shape.count < 3 ? channels : shape[shape.count - 3],
        width: width ?? ResNet.defaultWidth,
        stem: configuration.smallImageStem ? .smallImage : .standard, from: generator)
    case .transformer:
      return try TransformerEncoder(
        length: shape.first ?? 0, channels: channels,
        width: width ?? TransformerEncoder.defaultWidth,
        heads: configuration.heads ?? TransformerEncoder.defaultHeads,
        hidden: configuration.hidden, depth: depth ?? TransformerEncoder.defaultDepth,
        dropout: configuration.dropout, from: generator)
    case .mlp:
      return MLPEncoder(
        channels: channels, width: width ?? MLPEncoder.defaultWidth,
        depth: depth ?? MLPEncoder.defaultDepth, dropout: configuration.dropout, from: generator)
    case .conv1d:
      return Conv1dEncoder(
        channels: channels, width: width ?? Conv1dEncoder.defaultWidth,
        depth: depth ?? Conv1dEncoder.defaultDepth, dropout: configuration.dropout,
        from: generator)
    }
  }

  // MARK: Kinds

  private enum Kind {
    case resNet(ResNet.Variant)
    case transformer
    case mlp
    case conv1d
  }

  private func resolvedKind() throws -> Kind {
    switch configuration.type {
    case .resnet18: return .resNet(.resNet18)
    case .resnet34: return .resNet(.resNet34)
    case .transformer: return .transformer
    case .mlp: return .mlp
    case .conv1d: return .conv1d
    case .auto: return try kindByShape()
    }
  }

  private func kindByShape() throws -> Kind {
    switch shape.count {
    case 1: return .mlp
    case 2: return .transformer
    case 3, 4: return .resNet(.resNet18)
    default:
      throw EquipoiseError(
        .configuration, "modality '\(modality)': no encoder takes samples of shape \(shape)",
        fix: "prepare it as a vector [C], sequence [L, C], image [C, H, W] or video [T, C, H, W]")
    }
  }

  /// Weights that no memory holds would end the process while they are drawn, without a word.
  private func refuseMoreThanMemory(_ kind: Kind) throws {
    let bytes = 4 * leastWeights(kind)
    let physical = Double(ProcessInfo.processInfo.physicalMemory)
    guard bytes > physical else { return }
    let gibibyte = Double(1 << 30)
    throw EquipoiseError(
      .configuration,
      String(
        format: "the encoder's weights take %.0f GiB, and this machine has %.0f", bytes / gibibyte,
        physical / gibibyte), at: "model.encoders.\(modality)",
      fix: "choose a smaller width" + (configuration.depth == nil ? "" : " or depth"))
  }

  /// About how many numbers an encoder learns, at least.
  private func leastWeights(_ kind: Kind) -> Double {
    func squared(_ width: Int) -> Double { Double(width) * Double(width) }
    switch kind {
    case .resNet(let variant):
      // Of the published width, all layers but the first.
      let millions = variant == .resNet18 ? 11.1 : 21.2
      let width = configuration.width ?? ResNet.defaultWidth
      return millions * 1e6 * squared(width) / squared(ResNet.defaultWidth)
    case .transformer:
      let width = configuration.width ?? TransformerEncoder.defaultWidth
      let depth = configuration.depth ?? TransformerEncoder.defaultDepth
      let hidden = Double(configuration.hidden ?? 4 * width)
      return Double(depth) * (4 * squared(width) + 2 * Double(width) * hidden)
    case .mlp:
      let width = configuration.width ?? MLPEncoder.defaultWidth
      let later = (configuration.depth ?? MLPEncoder.defaultDepth) - 1
      return Double(shape.last ?? 0) * Double(width) + Double(later) * squared(width)
    case .conv1d:
      let width = configuration.width ?? Conv1dEncoder.defaultWidth
      return Double((configuration.depth ?? Conv1dEncoder.defaultDepth) - 1) * squared(width)
    }
  }

  /// A setting that the architecture does not have is a mistake, not something to pass over.
  private func refuseForeignSettings(_ kind: Kind) throws {
    let settings: [(name: String, given: Bool)] = [
      ("depth", configuration.depth != nil), ("heads", configuration.heads != nil),
      ("hidden", configuration.hidden != nil), ("dropout", configuration.dropout != 0),
      ("smallImageStem", configuration.smallImageStem),
    ]
    let (architecture, known): (String, Set<String>) =
      switch kind {
      case .resNet: ("a residual network", ["smallImageStem"])
      case .transformer: ("a transformer", ["depth", "heads", "hidden", "dropout"])
      case .mlp: ("an MLP", ["depth", "dropout"])
      case .conv1d: ("a 1-D convolutional encoder", ["depth", "dropout"])
      }
    guard let foreign = settings.first(where: { $0.given && !known.contains($0.name) }) else {
      return
    }
    throw EquipoiseError(
      .configuration, "\(architecture) has no '\(foreign.name)'",
      at: "model.encoders.\(modality).\(foreign.name)", fix: "remove it or choose another type")
  }
}
