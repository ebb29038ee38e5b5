internal import EquipoiseSettings
internal import EquipoiseKit
package import Torch

/// Makes models from configurations.
public enum ModelFactory {
  /// A model with its initial weights, on the CPU.
  ///
  /// Every encoder draws from its own stream, named after the modality: a modality's encoder starts
  /// alike in a joint and in a unimodal model of the same seed.
  ///
  /// - Parameters:
  ///   - modalities: name and sample shape of each modality to use, in order.
  ///   - classes: the number of classes.
  ///   - configuration: encoders and fusion.
  ///   - seed: the run's seed.
  /// - Returns: the model; with one modality its head is a linear layer, whatever the fusion, and
  ///   there is nothing to couple.
  /// - Throws: ``EquipoiseError`` when the configuration does not fit the data, or initial weights
  ///   cannot be read.
  public static func makeModel(
    modalities: [(name: String, shape: [Int])], classes: Int, configuration: ModelConfiguration,
    seed: UInt64
  ) throws -> MultimodalModel {
    let encoders = try modalities.map { name, shape in
      let settings = configuration.encoders[name] ?? EncoderConfiguration()
      let factory = EncoderFactory(modality: name, shape: shape, configuration: settings)
      let encoder = try factory.makeEncoder(from: stream(seed, "encoder", name))
      return (modality: name, shape: shape, encoder: encoder)
    }
    let fusion = try makeFusion(
      configuration, encoders.map { ($0.modality, $0.encoder.featureWidth) }, classes,
      stream(seed, "fusion"))
    guard configuration.mmtm, encoders.count > 1 else {
      return try MultimodalModel(encoders: encoders, fusion: fusion)
    }
    return try MultimodalModel(
      encoders: encoders, fusion: fusion, mmtm: makeMMTM(encoders, seed: seed))
  }

  private static func makeFusion(
    _ configuration: ModelConfiguration, _ modalities: [(name: String, width: Int)],
    _ classes: Int, _ generator: Generator
  ) throws -> any Fusion {
    let widths = modalities.map(\.width)
    return switch modalities.count == 1 ? .concatenation : configuration.fusion {
    case .concatenation: ConcatFusion(widths, classes: classes, from: generator)
    case .sum: SumFusion(modalities, classes: classes, from: generator)
    case .film: try FiLMFusion(widths, classes: classes, from: generator)
    case .gated: try GatedFusion(widths, classes: classes, from: generator)
    case .cosine:
      CosineFusion(
        modalities, classes: classes,
        scale: configuration.cosineScale ?? CosineFusion.defaultScale, from: generator)
    case .shared: try SharedFusion(modalities, classes: classes, from: generator)
    }
  }

  /// The stream that the weights of one part are drawn from.
  package static func stream(_ seed: UInt64, _ part: String, _ name: String = "") -> Generator {
    var numbers = RandomStream(seed: seed, "weights", part, name)
    return Generator(seed: numbers.next())
  }
}
