internal import EquipoiseKit
public import EquipoiseSettings

/// Encoders and fusion.
public struct ModelConfiguration: ConfigurationSection {
  /// The encoder of each modality; one that is not named is chosen by the modality's kind.
  public var encoders = NamedSections<EncoderConfiguration>()
  /// How the features of the modalities become logits.
  public var fusion = FusionKind.concatenation
  /// The scale of the cosines; `cosine` only, nil takes 15.
  public var cosineScale: Double?
  /// Whether multimodal transfer modules (MMTM) join the encoders after every depth but the first.
  public var mmtm = false
  /// A safetensors file with the whole model's initial weights; nil starts at random.
  public var initialWeights: String?

  /// The defaults.
  public init() {}
}

/// How the features of the modalities become logits.
public enum FusionKind: String, ConfigurationChoice {
  /// One linear layer over the concatenated features.
  case concatenation = "concat"
  /// The sum of one linear layer per modality.
  case sum
  /// Feature-wise linear modulation by the first modality.
  case film
  /// Gating by the first modality.
  case gated
  /// The sum of the cosines between features and class weights.
  case cosine
  /// One linear layer that all modalities use; their logits are averaged.
  case shared
}

/// One modality's encoder.
public struct EncoderConfiguration: ConfigurationSection {
  /// The architecture.
  public var type = EncoderKind.auto
  /// Channels of the first stage (residual networks) or of every layer; nil takes the
  /// architecture's own.
  public var width: Int?
  /// Whether a residual network starts with a 3×3 convolution of stride 1 and no pooling, for
  /// images of few pixels.
  public var smallImageStem = false
  /// Layers of a transformer, MLP or 1-D convolution; nil takes the architecture's own.
  public var depth: Int?
  /// Attention heads of a transformer; nil takes the architecture's own.
  public var heads: Int?
  /// Hidden width of the feed-forward layers; nil takes the architecture's own.
  public var hidden: Int?
  /// The probability of dropping a value between layers.
  public var dropout = 0.0
  /// A safetensors file to start this encoder from; nil starts at random.
  public var initialWeights: String?

  /// The defaults.
  public init() {}
}

/// The architectures of encoders.
public enum EncoderKind: String, ConfigurationChoice {
  /// By the modality's kind.
  case auto
  /// Residual network of 18 layers, for images, spectrograms and video.
  case resnet18
  /// Residual network of 34 layers, for images, spectrograms and video.
  case resnet34
  /// Self-attention layers, for sequences.
  case transformer
  /// Linear layers, for vectors.
  case mlp
  /// 1-D convolutions, for sensor series.
  case conv1d
}

extension ModelConfiguration {
  /// Leaves out the files to start from, for a model whose weights come from elsewhere.
  package mutating func forgetInitialWeights() {
    initialWeights = nil
    for name in encoders.names { encoders[name]?.initialWeights = nil }
  }
}

extension ModelConfiguration: RangeChecking {
  package func check(at path: ConfigPath) throws {
    try path.check("cosineScale", cosineScale, .above(0))
    try path.check(
      "cosineScale", cosineScale == nil || fusion == .cosine,
      found: cosineScale.map(ConfigValue.double) ?? .null,
      expected: "null unless model.fusion is 'cosine'")
    for name in encoders.names {
      try encoders[name]?.check(at: path.appending("encoders").appending(name))
    }
  }
}

extension EncoderConfiguration: RangeChecking {
  package func check(at path: ConfigPath) throws {
    try path.check("width", width, .atLeast(1, to: 65_536))
    try path.check("depth", depth, .atLeast(1, to: 1000))
    try path.check("heads", heads, .atLeast(1, to: 65_536))
    try path.check("hidden", hidden, .atLeast(1, to: 1_048_576))
    try path.check("dropout", dropout, .from(0..<1))
  }
}
