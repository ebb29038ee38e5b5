// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseModels
public import EquipoiseSettings
public import EquipoiseTorch

/// What becomes of a network's last outputs.
public enum PretrainedPooling: String, ConfigurationChoice {
  /// As the network's own classifiers or sentence vectors are made.
  case auto
  /// The first position, which is there for it (`[CLS]`, a class token).
  case cls
  /// The mean over the positions of the sample itself: its tokens, patches or frames.
  case mean
}

/// The settings of `type: pretrained`: an encoder from a folder in Hugging Face's layout.
public struct PretrainedConfiguration: WeightReading, WeightCounting {
  /// `pretrained`.
  public static let name = "pretrained"
  /// One line for lists.
  public static let summary =
    "a network and its weights from a folder with config.json and model.safetensors"

  /// The folder.
  public var path: String?
  /// The groups of layers that are blocks of their own.
  public var depths = BlockDepths.groups(4)
  /// What becomes of the last outputs.
  public var pooling = PretrainedPooling.auto
  /// The probability of dropping a value in layers that drop any; nil takes the description's.
  public var dropout: Double?

  /// Whether the weights are read, too: not of a model whose weights come from elsewhere.
  private var readsWeights = true

  private enum CodingKeys: String, CodingKey {
    case path, depths, pooling, dropout
  }

  /// The defaults.
  public init() {}

  /// The encoder of a folder.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - depths: the groups of layers that are blocks of their own.
  ///   - pooling: what becomes of the last outputs.
  ///   - dropout: the probability of dropping a value; nil takes the description's.
  public init(
    path: String, depths: BlockDepths = .groups(4), pooling: PretrainedPooling = .auto,
    dropout: Double? = nil
  ) {
    (self.path, self.depths, self.pooling, self.dropout) = (path, depths, pooling, dropout)
  }

  /// The same of a network whose weights come from elsewhere.
  public func withoutWeights() -> PretrainedConfiguration {
    var settings = self
    settings.readsWeights = false
    return settings
  }

  /// Of the layers that the description says; 0 where it says nothing of them.
  public func leastWeights(for input: EncoderInput) -> Double {
    guard let path, let description = try? PretrainedFolder(path).description,
      let width = try? description.size("hidden_size", "dim"),
      let layers = try? description.size("num_hidden_layers", "n_layers")
    else { return 0 }
    let hidden = (try? description.size("intermediate_size", "hidden_dim", else: width)) ?? width
    let words = (try? description.size("vocab_size", else: 0)) ?? 0
    let (columns, inner) = (Double(width), Double(hidden))
    return Double(layers) * (4 * columns * columns + 2 * columns * inner) + Double(words) * columns
  }

  /// The network that the folder describes, with its weights; nothing is drawn.
  public func makeEncoder(
    for input: EncoderInput, from generator: Generator
  ) throws -> any ModalityEncoder {
    let place = "model.encoders.\(input.modality)"
    guard let path, !path.isEmpty else {
      throw EquipoiseError(
        .configuration, "a pretrained encoder needs the folder of its network", at: place + ".path",
        fix: "set path to a folder with config.json and model.safetensors")
    }
    let folder = try PretrainedFolder(path)
    let request = NetworkRequest(
      input: input, depths: depths, pooling: pooling, dropout: dropout, place: place)
    return try EncoderCatalogue.inUse.network(
      of: folder, for: request, readingWeights: readsWeights
    )
    .encoder
  }
}

extension PretrainedConfiguration: RangeChecking {
  /// Throws for the first value out of its range.
  public func check(at path: ConfigPath) throws {
    try path.check("dropout", dropout, .from(0..<1))
    if case .groups(let count) = depths { try path.check("depths", count, .atLeast(1)) }
  }
}

extension EncoderSection {
  /// The encoder of a folder in Hugging Face's layout.
  ///
  /// - Parameters:
  ///   - path: the folder.
  ///   - depths: the groups of layers that are blocks of their own.
  ///   - pooling: what becomes of the last outputs.
  ///   - dropout: the probability of dropping a value; nil takes the description's.
  /// - Returns: the section.
  public static func pretrained(
    path: String, depths: BlockDepths = .groups(4), pooling: PretrainedPooling = .auto,
    dropout: Double? = nil
  ) -> EncoderSection {
    EncoderSection(
      PretrainedConfiguration(path: path, depths: depths, pooling: pooling, dropout: dropout))
  }
}
