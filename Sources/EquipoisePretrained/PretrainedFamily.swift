// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseModels
public import EquipoiseTorch

/// Networks that are built alike: how a `config.json` becomes one, and what its parameters are called in files.
public protocol PretrainedFamily: Sendable, SendableMetatype {
  /// What lists call it, such as `bert`.
  static var name: String { get }
  /// The networks in one line, with the paper.
  static var summary: String { get }
  /// What the encoder takes, such as `token ids [L]`.
  static var input: String { get }
  /// The descriptions that are this family's: values of `model_type`, or starts of `architecture`.
  static var kinds: [String] { get }
  /// Whether a description is of this family.
  static func recognises(_ description: ModelDescription) -> Bool
  /// Published networks, for lists.
  static var published: [PublishedNetwork] { get }
  /// The shape of a sample that the network was trained on.
  static func trainedShape(_ folder: PretrainedFolder) throws -> [Int]
  /// A network of a folder's description, without its weights.
  ///
  /// - Parameters:
  ///   - folder: with the description.
  ///   - request: what it is made for.
  /// - Returns: an encoder whose parameters have the names of the reference's files.
  /// - Throws: `EquipoiseError` for descriptions that it does not follow, and samples that do not fit.
  static func makeEncoder(
    of folder: PretrainedFolder, for request: NetworkRequest
  ) throws -> any PretrainedEncoder
  /// The parameter that a name of a file stands for; nil for parts that the encoder does without, as heads are.
  static func parameterName(_ name: String) -> String?
}

extension PretrainedFamily {
  /// None.
  public static var published: [PublishedNetwork] { [] }

  /// By `model_type`.
  public static func recognises(_ description: ModelDescription) -> Bool {
    description.text("model_type").map(kinds.contains) ?? false
  }
}

/// A network that others have trained, by its description.
public struct PublishedNetwork: Sendable {
  /// What it is called where it is published.
  public let name: String
  /// The `config.json`, as far as it matters.
  let text: String
  /// The key that says how many layers there are.
  let layers: String

  /// A network.
  ///
  /// - Parameters:
  ///   - name: what it is called where it is published.
  ///   - text: its `config.json`, as far as it matters.
  ///   - layers: the key that says how many layers there are.
  public init(_ name: String, _ text: String, layers: String = "num_hidden_layers") {
    (self.name, self.text, self.layers) = (name, text, layers)
  }
}

/// An encoder whose parameters come from a file of another program's.
public protocol PretrainedEncoder: ModalityEncoder {
  /// Makes tensors of the trained network fit this one: positions of another grid, other channels.
  func adapt(_ tensors: inout [String: Tensor])
}

extension PretrainedEncoder {
  /// As they are.
  public func adapt(_ tensors: inout [String: Tensor]) {}
}

/// What a network is made for.
public struct NetworkRequest: Sendable {
  /// The modality and the shape of its samples.
  public let input: EncoderInput
  /// The groups of layers that are blocks of their own.
  public let depths: BlockDepths
  /// What becomes of the last outputs.
  public let pooling: PretrainedPooling
  /// The probability of dropping a value; nil takes the description's.
  public let dropout: Double?
  /// The setting, for errors.
  public let place: String

  /// A request.
  public init(
    input: EncoderInput, depths: BlockDepths, pooling: PretrainedPooling, dropout: Double?,
    place: String
  ) {
    (self.input, self.depths, self.pooling) = (input, depths, pooling)
    (self.dropout, self.place) = (dropout, place)
  }

  /// Of nobody, for lists.
  static var forLists: NetworkRequest {
    NetworkRequest(
      input: EncoderInput(modality: "", shape: []), depths: .groups(1), pooling: .auto,
      dropout: nil, place: "")
  }

  /// The layers of each block.
  func groups(of layers: Int) throws -> [Range<Int>] {
    try depths.ranges(of: layers, at: place + ".depths")
  }

  /// A rate of dropout of the description, or the one that was asked for in its place.
  func rate(_ described: Double) -> Double { dropout ?? min(max(described, 0), 0.999) }

  /// Channels and size of pictures or of the frames of videos.
  func picture() throws -> (channels: Int, size: [Int]) {
    let shape = input.shape
    guard shape.count == 3 || shape.count == 4, shape.allSatisfy({ $0 > 0 }) else {
      throw misfit("pictures [C, H, W] or videos [T, C, H, W]")
    }
    return (shape[shape.count - 3], Array(shape.suffix(2)))
  }

  /// An error about samples that the network does not take.
  func misfit(_ takes: String) -> EquipoiseError {
    EquipoiseError(
      .configuration,
      "modality '\(input.modality)': the network takes \(takes), but its samples have shape \(input.shape)",
      at: place, fix: "prepare the modality so, or choose another network")
  }
}

/// An encoder with what was found in its files.
public struct PretrainedNetwork {
  /// The encoder.
  public let encoder: any PretrainedEncoder
  /// The family.
  public let family: any PretrainedFamily.Type
  /// Names of the files that the encoder has no use for, as those of heads; empty where no weights were read.
  public let unused: [String]
}
