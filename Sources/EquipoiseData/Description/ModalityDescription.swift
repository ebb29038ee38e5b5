// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseFormats

/// What the axes of a modality mean; decides its default encoder and its augmentation.
public enum ModalityKind: String, CaseIterable, Codable, Sendable {
  /// [C, H, W]
  case image
  /// [C, frequencies, frames]
  case spectrogram
  /// [T, C, H, W]
  case video
  /// [L, C]
  case sequence
  /// [C]
  case vector
  /// [L]: ids of tokens, whole numbers
  case text

  /// The axes of one sample, as messages name them.
  public var axes: String {
    switch self {
    case .image: "[C, H, W]"
    case .spectrogram: "[C, frequencies, frames]"
    case .video: "[T, C, H, W]"
    case .sequence: "[L, C]"
    case .vector: "[C]"
    case .text: "[L]"
    }
  }

  /// The number of axes of one sample.
  public var rank: Int {
    switch self {
    case .vector, .text: 1
    case .sequence: 2
    case .image, .spectrogram: 3
    case .video: 4
    }
  }

  /// Which axis of one sample holds the channels; of a text, which has none, that of its tokens.
  public var channelAxis: Int {
    switch self {
    case .image, .spectrogram, .vector, .text: 0
    case .video, .sequence: 1
    }
  }
}

/// One modality of a prepared dataset, as `dataset.json` states it.
public struct ModalityDescription: Equatable, Sendable {
  /// What the axes mean.
  public var kind: ModalityKind
  /// The shape of one sample.
  public var shape: [Int]
  /// The type of the stored numbers; uint8 stands for [0, 1], all others for themselves.
  public var type: ElementType
  /// The mean of each channel, after scaling uint8 to [0, 1]; nil subtracts nothing.
  public var mean: [Double]?
  /// The standard deviation of each channel, likewise; nil divides by nothing.
  public var std: [Double]?
  /// Whether the first of the channels is horizontal motion, which changes its sign when a sample
  /// is mirrored; uint8 numbers u then become 255 − u.
  public var flow: Bool
  /// What the ids of a text stand for; of a text alone, which always has it.
  public var tokens: TokenDescription?

  /// A modality.
  ///
  /// - Parameters:
  ///   - kind: What the axes mean.
  ///   - shape: The shape of one sample.
  ///   - type: The type of the stored numbers.
  ///   - mean: The mean of each channel.
  ///   - std: The standard deviation of each channel.
  ///   - flow: Whether the first channel is horizontal motion.
  ///   - tokens: What the ids of a text stand for.
  public init(
    kind: ModalityKind, shape: [Int], type: ElementType, mean: [Double]? = nil,
    std: [Double]? = nil, flow: Bool = false, tokens: TokenDescription? = nil
  ) {
    self.tokens = tokens
    self.kind = kind
    self.shape = shape
    self.type = type
    self.mean = mean
    self.std = std
    self.flow = flow
  }

  /// The number of channels of a sample.
  public var channels: Int { kind == .text ? 1 : shape[kind.channelAxis] }

  /// The number of elements of a sample.
  var elementCount: Int { shape.reduce(1, *) }

  /// The number of bytes of a stored sample.
  package var byteCount: Int { elementCount * type.byteCount }

  /// What stands in the place of a sample that lacks the modality: zeros. Throws `FormatError` without memory for it.
  package var nothing: HostArray { get throws { try HostArray(type: type, shape: shape) { _ in } } }
}

extension ModalityDescription: Codable {
  private enum CodingKeys: String, CodingKey, CaseIterable {
    case kind, shape, dtype, mean, std, flow, vocabulary, padding, tokenizer
  }

  /// Reads a modality, refusing unknown keys.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.strictContainer(CodingKeys.self)
    kind = try container.decodeChoice(.kind)
    shape = try container.decodeIntegers(.shape)
    type = try container.decodeChoice(.dtype)
    mean = try container.decodeIfPresent([Double].self, forKey: .mean)
    std = try container.decodeIfPresent([Double].self, forKey: .std)
    flow = try container.decodeIfPresent(Bool.self, forKey: .flow) ?? false
    guard kind == .text else {
      for key in [CodingKeys.vocabulary, .padding, .tokenizer] where container.contains(key) {
        throw DescriptionProblem(
          at: container.codingPath + [key], "is of texts, and the kind is \(kind.rawValue)")
      }
      return
    }
    tokens = TokenDescription(
      vocabulary: try container.decodeInteger(.vocabulary),
      padding: container.contains(.padding) ? try container.decodeInteger(.padding) : 0,
      tokenizer: try container.decodeIfPresent(String.self, forKey: .tokenizer))
  }

  /// Writes a modality, without what is at its default.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(kind, forKey: .kind)
    try container.encode(shape, forKey: .shape)
    try container.encode(type, forKey: .dtype)
    try container.encodeIfPresent(mean, forKey: .mean)
    try container.encodeIfPresent(std, forKey: .std)
    if flow { try container.encode(flow, forKey: .flow) }
    guard let tokens else { return }
    try container.encode(tokens.vocabulary, forKey: .vocabulary)
    if tokens.padding != 0 { try container.encode(tokens.padding, forKey: .padding) }
    try container.encodeIfPresent(tokens.tokenizer, forKey: .tokenizer)
  }
}
