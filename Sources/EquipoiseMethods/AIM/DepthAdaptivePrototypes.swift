// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
internal import EquipoiseModels
import EquipoiseTorch

/// Depth-adaptive prototypes, §III-C: one learnable input for each class, bin or label and modality.
///
/// | equation | function |
/// |---|---|
/// | 3 | ``taskLoss(_:)`` |
/// | 4 | ``reconstructionLoss(_:)`` |
/// | 5 | ``train(_:with:)`` |
/// | 6 | the encoder's blocks, run on ``inputs`` |
final class DepthAdaptivePrototypes {
  /// P_0 of each modality, [K, sample shape].
  let inputs: [Parameter]
  /// The length of each prototype, of modalities whose samples have some.
  private var lengths: [StepLengths?]
  /// X̄ of each modality: the groups' means of the training inputs, [K, sample shape].
  private let means: [Buffer]
  /// Ψ_dap of each modality: weight [C, C] and bias [C].
  private let decoders: [(weight: Parameter, bias: Parameter)]
  private let settings: PrototypeConfiguration
  private let modalities: [String]
  private let optimizer: Adam
  private let groups: any PrototypeGroups
  /// Of each modality the prototypes that some training row stands behind; nil where all have one.
  private var present: [RowPresence?]
  private let objective: Objective

  /// Prototypes at the given inputs.
  ///
  /// - Parameters:
  ///   - means: the class means, [K, sample shape] for each modality.
  ///   - starts: P_0 at first, likewise.
  ///   - lengths: the prototypes' lengths for each modality; nil where samples have none.
  ///   - modalities: their names.
  ///   - settings: how they are trained.
  ///   - groups: what they stand for.
  ///   - objective: what the network minimises.
  ///   - present: of each modality the prototypes that there are; nil for all. The others' inputs mean nothing.
  init(
    means: [Tensor], starts: [Tensor], lengths: [[Int]?]? = nil, modalities: [String],
    settings: PrototypeConfiguration, groups: any PrototypeGroups, objective: Objective,
    present: [RowPresence?] = []
  ) {
    self.present = present
    (self.groups, self.objective) = (groups, objective)
    self.means = means.map { Buffer($0) }
    self.lengths = zip(means, lengths ?? means.map { _ in nil }).map { mean, lengths in
      lengths.map { StepLengths($0, device: mean.device) }
    }
    inputs = starts.map { Parameter($0) }
    (self.modalities, self.settings) = (modalities, settings)
    decoders =
      settings.decoder == .identity
      ? []
      : means.map { mean in
        let channels = mean.size(Self.channelDimension(mean))
        return (
          Parameter(.identity(channels, dtype: mean.dtype, device: mean.device)),
          Parameter(.zeros([channels], dtype: mean.dtype, device: mean.device))
        )
      }
    let named = zip(modalities, inputs).map { ("prototypes.\($0)", $1) }
    optimizer = Adam(
      named + Self.named(decoders, modalities), learningRate: settings.learningRate)
  }

  /// P_0 before training (decision D2): the class means with noise, or noise alone.
  /// Noise is drawn for the prototypes' own steps, so that it does not depend on padding.
  static func start(
    _ means: [Tensor], lengths: [[Int]?]? = nil, settings: PrototypeConfiguration,
    from generator: Generator
  ) -> [Tensor] {
    zip(means, lengths ?? means.map { _ in nil }).map { mean, lengths in
      let drawn =
        lengths.map { Self.noise($0, mean.shape, from: generator) }
        ?? .normal(mean.shape, from: generator)
      let noise = drawn.to(mean.device, dtype: mean.dtype)
      return settings.start == .random ? noise : mean + noise * settings.startNoise
    }
  }

  private static func noise(
    _ lengths: [Int], _ shape: [Int], from generator: Generator
  ) -> Tensor {
    .stacked(
      lengths.map { length in
        let own = Tensor.normal([1, length] + shape.dropFirst(2), from: generator)
        return RaggedBatch(own).padded(to: shape[1]).tensor.select(0)
      })
  }

  /// Eq. 3: the run's loss of what the network says of each prototype, which of a class is cross-entropy, from outputs
  /// [ΣK, classes]; the answer is the mean answer of the prototype's rows.
  func taskLoss(_ outputs: Tensor) -> Tensor {
    objective.loss(outputs.inFullPrecision(), groups.answers)
  }

  /// Eq. 4: the squared distance of decoded prototypes from the class means, summed over elements and
  /// averaged over modalities and prototypes.
  func reconstructionLoss(_ prototypes: [Tensor]) -> Tensor {
    let terms = prototypes.indices.map { index in
      var difference = decoded(prototypes[index], index) - means[index].value
      if let mask = mask(index) { difference = difference * mask }
      difference = known(index).rows(of: difference)
      return (difference * difference).sum()
    }
    let count = prototypes.indices.reduce(0) { $0 + known($1).count(of: prototypes[$1].size(0)) }
    return Tensor.stacked(terms).sum() / Double(count)
  }

  /// Of a modality the prototypes that there are; nil for all.
  func known(_ modality: Int) -> RowPresence? { present.isEmpty ? nil : present[modality] }

  /// 1 at the steps of each prototype, [K, L, 1…]; nil where they have no lengths.
  private func mask(_ index: Int) -> Tensor? {
    let mean = means[index].value
    return lengths[index].map {
      $0.mask(mean.size(1), dtype: mean.dtype, trailing: mean.rank - 2)
    }
  }

  /// The lengths of a modality's prototypes, of those that there are; nil where they have none.
  func knownLengths(_ modality: Int) -> StepLengths? {
    lengths[modality].map { lengths in
      known(modality).map { lengths.rows($0.rows, at: $0.index) } ?? lengths
    }
  }

  /// P_0 of each modality as a batch of which only a prototype's own steps count, cut behind the longest.
  func batches(history: Bool) -> [RaggedBatch] {
    inputs.indices.map { index in
      let leaf = history ? inputs[index].leaf : inputs[index].leaf.detached()
      guard let mask = mask(index), let lengths = lengths[index] else {
        return RaggedBatch(leaf, presence: known(index))
      }
      let longest = lengths.host?.max() ?? leaf.size(1)
      return RaggedBatch(
        (leaf * mask).slice(0..<longest, dimension: 1), lengths: lengths, presence: known(index))
    }
  }

  /// Eq. 5: steps of Adam on P_0 and the decoders, through the frozen network in evaluation mode.
  ///
  /// - Parameters:
  ///   - model: the network.
  ///   - engine: for the run's precision.
  /// - Returns: the loss of the last step, of rank 0.
  func train(_ model: MultimodalModel, with engine: any StepEngine) -> Tensor {
    var loss = Tensor.zeros([])
    for _ in 0..<settings.steps {
      let prototypes = inputs.map(\.leaf)
      let batches = batches(history: true)
      let logits = engine.inRunPrecision { model.forward(batches, .evaluation).logits }
      loss =
        taskLoss(logits)
        + reconstructionLoss(prototypes) * settings.reconstructionWeight
      let leaves = optimizer.parameters.map(\.parameter.leaf)
      optimizer.step(gradients: gradients(of: [loss], withRespectTo: leaves))
    }
    return loss.detached()
  }

  private func decoded(_ prototypes: Tensor, _ index: Int) -> Tensor {
    guard settings.decoder == .channels else { return prototypes }
    let decoder = decoders[index]
    let dimension = Self.channelDimension(prototypes)
    return prototypes.transposed(dimension, -1)
      .linear(weight: decoder.weight.leaf, bias: decoder.bias.leaf).transposed(dimension, -1)
  }

  /// [K, C], [K, L, C]: the last; [K, C, H, W], [K, T, C, H, W]: the third from the end.
  private static func channelDimension(_ prototypes: Tensor) -> Int {
    prototypes.rank < 4 ? prototypes.rank - 1 : prototypes.rank - 3
  }

  // MARK: State

  /// Everything that training changes, and the means.
  var state: [NamedTensor] {
    parameters.map { ($0.name, $0.parameter.leaf) }
      + zip(modalities, means).map { ("means.\($0)", $1.value) }
      + zip(modalities, lengths).compactMap { name, lengths in
        lengths.map { ("lengths.\(name)", $0.tensor) }
      }
      + optimizer.state.map { ("prototypeOptimizer.\($0.name)", $0.tensor) }
      + zip(modalities, present).compactMap { name, known in
        known.map { ("known.\(name)", $0.mask.to(.float32)) }
      }
  }

  /// Continues from a saved state.
  func restore(_ saved: SavedState) throws {
    for (name, parameter) in parameters {
      parameter.assign(try saved.tensor(name, shape: parameter.leaf.shape))
    }
    for (name, mean) in zip(modalities, means) {
      mean.assign(try saved.tensor("means.\(name)", shape: mean.value.shape))
    }
    for (index, name) in modalities.enumerated() where saved.has("lengths.\(name)") {
      let mean = means[index].value
      let numbers = try saved.tensor("lengths.\(name)", shape: [mean.size(0)])
      lengths[index] = StepLengths(numbers.array(of: Int.self), device: mean.device)
    }
    try optimizer.restore(saved.section("prototypeOptimizer"))
    let found = try zip(modalities, inputs).map { name, input -> RowPresence? in
      guard saved.has("known.\(name)") else { return nil }
      let flags = try saved.tensor("known.\(name)", shape: [groups.count]).floats()
      return RowPresence(
        rows: flags.indices.filter { flags[$0] > 0 }, of: flags.count, device: input.leaf.device)
    }
    present = found.contains { $0 != nil } ? found : []
  }

  private var parameters: [NamedParameter] { optimizer.parameters }

  private static func named(
    _ decoders: [(weight: Parameter, bias: Parameter)], _ modalities: [String]
  ) -> [NamedParameter] {
    zip(modalities, decoders).flatMap { name, decoder in
      [("decoder.\(name).weight", decoder.weight), ("decoder.\(name).bias", decoder.bias)]
    }
  }
}
