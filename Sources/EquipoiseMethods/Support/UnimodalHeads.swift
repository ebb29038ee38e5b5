// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
public import EquipoiseSettings
import EquipoiseTorch

/// The heads through which a method trains each encoder by itself.
public enum HeadChoice: String, ConfigurationChoice {
  /// `fused` where the fused head is a sum of parts, else `own`.
  case auto
  /// The modality's part of the fused head, which is refused where the head is no sum of parts.
  case fused
  /// Linear heads of the method's own, which only training needs.
  case own
}

/// What each modality says on its own, by its part of the fused head or by a linear head that the method owns.
///
/// A head that multiplies modalities (FiLM, gated) has no parts, and its logits with the other features at zero train
/// nothing while biases are zero: no gradient reaches the encoder. There a method needs heads of its own.
final class UnimodalHeads {
  /// A linear layer for each modality; `nil` where the fused head's parts are taken.
  let own: ModuleDictionary<Linear>?
  private let setting: MethodSetting
  private let hasWholeBias: Bool

  /// Heads as chosen.
  ///
  /// - Parameters:
  ///   - choice: which.
  ///   - method: the method's name, whose stream own heads are drawn from.
  ///   - setting: the model.
  ///   - wholeBias: whether a part of a concatenation has the whole bias, as the logits with the other features at
  ///     zero have it, or its M-th part.
  /// - Throws: ``EquipoiseError`` where the fused head is asked for parts that it does not have.
  init(
    _ choice: HeadChoice, of method: String, _ setting: MethodSetting, wholeBias: Bool = false
  ) throws {
    (self.setting, hasWholeBias) = (setting, wholeBias)
    let hasParts = Self.hasParts(setting.model)
    guard hasParts || choice != .fused else {
      throw EquipoiseError(
        .configuration,
        "the model's fusion (\(setting.model.fusion.summary)) is no sum of the modalities' parts, by which "
          + "'\(method)' would train each encoder",
        at: "method.heads", fix: "set method.heads=own, or choose another fusion")
    }
    own = choice == .own || !hasParts ? Self.layers(method, setting) : nil
  }

  /// Whether the fused logits are a sum over modalities.
  static func hasParts(_ model: MultimodalModel) -> Bool {
    let sample = model.parameters.first?.leaf
    let zeros = model.fusion.featureWidths.map {
      Tensor.zeros([1, $0], dtype: sample?.dtype ?? .float32, device: sample?.device ?? .cpu)
    }
    return withoutGradient { model.fusion.slices(zeros) } != nil
  }

  private static func layers(
    _ method: String, _ setting: MethodSetting
  ) -> ModuleDictionary<Linear> {
    let dtype = setting.model.parameters.first?.leaf.dtype ?? .float32
    return ModuleDictionary(
      setting.model.encoders.entries.map { modality, encoder in
        let generator = ModelFactory.stream(setting.seed, "\(method) heads", modality)
        let head = Linear(encoder.featureWidth, setting.classes, from: generator)
        head.move(to: setting.device, dtype: dtype)
        return (modality, head)
      })
  }

  /// What each modality says, [B, K] each.
  ///
  /// - Parameter features: [B, w_m] of each, in full precision.
  /// - Returns: of `sum` and `shared` the modality's own layer; of a regression M times its part of the fused number.
  func outputs(_ features: [Tensor]) -> [Tensor] {
    if let own { return zip(own.modules, features).map { $0($1) } }
    guard setting.objective.task != .regression else { return setting.unimodalOutputs(features) }
    let fusion = setting.model.fusion
    let parts = hasWholeBias ? nil : fusion.slices(features)
    return features.indices.map { modality in
      fusion.ownLogits(modality, of: features[modality]) ?? parts?[modality]
        ?? fusion.zeroOut(keeping: modality, of: features)
    }
  }

  /// Refuses own heads that nothing trains and that would be asked.
  ///
  /// - Parameter weight: that of the losses which train them.
  /// - Throws: ``EquipoiseError`` where it is 0.
  func requireTraining(_ weight: Double) throws {
    guard own != nil, weight == 0 else { return }
    throw EquipoiseError(
      .configuration,
      "the heads by which modalities are compared are trained by the unimodal losses alone",
      at: "method.weight", fix: "give it a value above 0, or set method.heads=fused")
  }

  /// The parameters of own heads.
  var parameters: [NamedParameter] {
    own?.entries.flatMap { modality, head in
      head.namedParameters.map { ("heads.\(modality).\($0.name)", $0.parameter) }
    } ?? []
  }

  /// Multiply-adds of one sample.
  var multiplyAdds: Int {
    let fusion = setting.model.fusion
    if own != nil { return fusion.featureWidths.reduce(0, +) * setting.classes }
    let head = setting.summary.fusionMultiplyAdds
    let isWhole = hasWholeBias && setting.objective.task != .regression && fusion is ConcatFusion
    return isWhole ? head * fusion.featureWidths.count : head
  }
}
