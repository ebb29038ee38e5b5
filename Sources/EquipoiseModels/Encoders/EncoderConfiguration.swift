// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
public import EquipoiseSettings
public import EquipoiseTorch

/// The settings of one architecture, and how an encoder is made of them.
public protocol EncoderConfiguration: ConfigurationSection {
  /// The name in `model.encoders.NAME.type`.
  static var name: String { get }
  /// One line for lists.
  static var summary: String { get }
  /// An encoder with random weights.
  ///
  /// - Parameters:
  ///   - input: the modality and the shape of its samples.
  ///   - generator: the stream to draw the weights from.
  /// - Returns: the encoder; whether it takes the shape is asked afterwards
  ///   (``ModalityEncoder/validate(shape:of:)``).
  /// - Throws: `EquipoiseError` when settings do not fit each other or the shape.
  func makeEncoder(for input: EncoderInput, from generator: Generator) throws -> any ModalityEncoder
}

/// Settings that say how large the encoder will be, so that one that no memory holds is refused beforehand.
public protocol WeightCounting: EncoderConfiguration {
  /// About how many numbers the encoder learns, at least.
  func leastWeights(for input: EncoderInput) -> Double
}

/// Settings that read an encoder's weights by themselves.
public protocol WeightReading: EncoderConfiguration {
  /// The same of an encoder whose weights come from elsewhere.
  func withoutWeights() -> Self
}

/// What an encoder is made for.
public struct EncoderInput: Sendable {
  /// The modality's name.
  public let modality: String
  /// The shape of one sample, without the batch.
  public let shape: [Int]
  /// Of a text how many tokens there are; nil of everything else.
  public let vocabulary: Int?

  /// An input of a name and a shape.
  public init(modality: String, shape: [Int], vocabulary: Int? = nil) {
    (self.modality, self.shape, self.vocabulary) = (modality, shape, vocabulary)
  }

  /// The size of the last dimension: of a vector, of a position, a row of pixels.
  var last: Int { shape.last ?? 0 }
}

/// The sections `model.encoders.NAME`.
public enum EncoderFamily: SectionFamily {
  /// What every encoder has.
  public struct Common: ConfigurationSection {
    /// A safetensors file to start this encoder from; nil starts at random.
    public var initialWeights: String?

    /// The defaults.
    public init() {}
  }

  /// An encoder.
  public static let title = "encoder"
  /// By the shape of the samples.
  public static var standard: (name: String, settings: any EncoderConfiguration) {
    (AutoEncoder.name, AutoEncoder())
  }
}

/// One modality's encoder: its type, the type's settings and where it starts from.
public typealias EncoderSection = ChoiceSection<EncoderFamily>

extension EncoderSection {
  /// An encoder of these settings, at random weights.
  public init<Settings: EncoderConfiguration>(_ settings: Settings) {
    self.init(name: Settings.name, settings: settings)
  }

  /// The same with no weights to start from, for a model whose weights come from elsewhere.
  func withoutWeights() -> EncoderSection {
    guard let settings = settings as? any WeightReading else {
      var section = self
      section.initialWeights = nil
      return section
    }
    return EncoderSection(settings.withoutWeights())
  }
}
