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
    let encoder = try makeEncoder(kind, generator)
    try encoder.validate(shape: shape, of: modality)
    if let path = configuration.initialWeights { try encoder.loadPretrained(from: path) }
    return encoder
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
