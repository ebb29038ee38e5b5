// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseSettings
internal import EquipoiseKit
package import EquipoiseTorch

/// Makes models from configurations.
public enum ModelFactory {
  /// A model with its initial weights, on the CPU.
  ///
  /// Every encoder draws from its own stream, named after the modality: a modality's encoder starts
  /// alike in a joint and in a unimodal model of the same seed.
  ///
  /// - Parameters:
  ///   - modalities: name and sample shape of each modality to use, in order; none of them is a text.
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
    try makeModel(
      inputs: modalities.map { EncoderInput(modality: $0.name, shape: $0.shape) },
      classes: classes, configuration: configuration, seed: seed)
  }

  /// The same for modalities of which some may be texts.
  public static func makeModel(
    inputs: [EncoderInput], classes: Int, configuration: ModelConfiguration, seed: UInt64
  ) throws -> MultimodalModel {
    let encoders = try inputs.map { input in
      let (name, shape) = (input.modality, input.shape)
      let factory = EncoderFactory(
        modality: name, shape: shape, section: configuration.encoders[name] ?? EncoderSection(),
        vocabulary: input.vocabulary)
      return CoupledEncoder(
        modality: name, shape: shape,
        encoder: try factory.makeEncoder(from: stream(seed, "encoder", name)))
    }
    let widths = encoders.map { (name: $0.modality, width: $0.encoder.featureWidth) }
    let fusion: FusionSection = encoders.count == 1 ? .concatenation : configuration.fusion
    let head = try fusion.settings.makeFusion(
      of: widths, classes: classes, from: stream(seed, "fusion"))
    let coupling = configuration.coupling
    let modules =
      encoders.count < 2
      ? []
      : try coupling.settings.makeCouplings(between: encoders) {
        stream(seed, coupling.name, "depth \($0)")
      }
    // A sample has one modality at least: the only one is never missing.
    let missing =
      configuration.missing == .embedding && encoders.count > 1
      ? widths.map { (name: $0.name, module: MissingFeature(width: $0.width)) } : []
    return try MultimodalModel(
      encoders: encoders.map { ($0.modality, $0.shape, $0.encoder) }, fusion: head,
      coupling: ModuleDictionary(modules.map { ("\($0.depth)", $0.module) }),
      missing: ModuleDictionary(missing))
  }

  /// The stream that the weights of one part are drawn from.
  package static func stream(_ seed: UInt64, _ part: String, _ name: String = "") -> Generator {
    var numbers = RandomStream(seed: seed, "weights", part, name)
    return Generator(seed: numbers.next())
  }
}
