import Torch

/// The parameter decoupling mechanism of one block, §III-D1: from its parameters θ to θ^b, which make
/// the auxiliary block, and θ^g, which make the good block that the mechanism itself is trained by.
///
/// | equation | function |
/// |---|---|
/// | 7 | ``decouple(training:with:)`` |
/// | 8 | ``train(_:goodGradients:)`` |
/// | 13 | ``pullBack(_:_:retaining:)`` |
///
/// The network's optimiser never sees Φ, Φ_mask and Ψ, and this one never sees θ (decision D12).
final class BlockDecoupling {
  /// By rows and lengths, in the order of the block's first tensor of each.
  let groups: [DecouplingGroup]
  private let modality: String
  private let mapOptimizer: Adam
  private let maskOptimizer: Adam

  /// A mechanism for a block.
  ///
  /// - Parameters:
  ///   - parameters: the block's, by their names in the encoder.
  ///   - modality: the encoder's name.
  ///   - settings: widths, start and rates.
  ///   - generator: the stream of the start; nil leaves zeros, for a checkpoint to overwrite.
  init(
    _ parameters: [(name: String, parameter: Parameter)], of modality: String,
    settings: DecouplingConfiguration, from generator: Generator?
  ) {
    self.modality = modality
    groups = Self.grouped(parameters, settings).map { layout, entries in
      DecouplingGroup(entries, layout: layout, settings: settings, from: generator)
    }
    mapOptimizer = Adam(groups.flatMap(\.maps), learningRate: settings.learningRate)
    maskOptimizer = Adam(groups.flatMap(\.masks), learningRate: settings.maskLearningRate)
  }

  /// Tensors of one layout together, in the order of their first.
  static func grouped(
    _ parameters: [(name: String, parameter: Parameter)], _ settings: DecouplingConfiguration
  ) -> [(layout: RowLayout, entries: [(name: String, parameter: Parameter)])] {
    var order: [RowLayout] = []
    var entries: [RowLayout: [(name: String, parameter: Parameter)]] = [:]
    for entry in parameters {
      let layout = RowLayout(entry.parameter.leaf.shape, settings: settings)
      if entries[layout] == nil { order.append(layout) }
      entries[layout, default: []].append(entry)
    }
    return order.map { (layout: $0, entries: entries[$0] ?? []) }
  }

  /// Eq. 7 for all of the block's parameters.
  ///
  /// - Parameters:
  ///   - training: whether Eq. 8 will be minimised with what comes out.
  ///   - engine: for the run's precision. Single rows are read once from memory and gain nothing by
  ///     half precision.
  /// - Returns: what the auxiliary and the good block compute with.
  func decouple(training: Bool, with engine: any StepEngine) -> DecoupledBlock {
    let parts = groups.map { group in
      group.rows > 1
        ? engine.inRunPrecision { group.decouple(training: training) }
        : group.decouple(training: training)
    }
    return DecoupledBlock(groups: groups, parts: parts)
  }

  /// Eq. 13: a gradient at θ, for every parameter of the block.
  ///
  /// - Parameters:
  ///   - gradients: of the loss by ``DecoupledBlock/bad``; nil where it has no part in it.
  ///   - block: what was decoupled.
  ///   - retaining: whether Eq. 8 comes after.
  /// - Returns: the gradients, in no particular order.
  func pullBack(
    _ gradients: [Tensor?], _ block: DecoupledBlock, retaining: Bool
  ) -> [(parameter: Parameter, gradient: Tensor)] {
    groups.indices.flatMap { index -> [(parameter: Parameter, gradient: Tensor)] in
      guard let gradient = gradients[index] else { return [] }
      let part = block.parts[index]
      let found = groups[index].pullBack(
        gradient.to(part.bad.dtype), through: part, retaining: retaining)
      return zip(groups[index].parameters, found).map { (parameter: $0, gradient: $1) }
    }
  }

  /// Eq. 8: a step of Adam on L_g + L_re.
  ///
  /// - Parameters:
  ///   - block: decoupled with `training: true`.
  ///   - goodGradients: of L_g by ``DecoupledBlock/good``.
  func train(_ block: DecoupledBlock, goodGradients: [Tensor?]) {
    var maps: [Tensor?] = []
    var masks: [Tensor?] = []
    for (index, group) in groups.enumerated() {
      let part = block.parts[index]
      let gradient = goodGradients[index] ?? part.theta.detached().zerosLike()
      let found = group.gradientsOfObjective(gradient, through: part)
      maps += found.prefix(group.maps.count)
      masks += found.suffix(group.masks.count)
    }
    mapOptimizer.step(gradients: maps)
    maskOptimizer.step(gradients: masks)
  }

  // MARK: State

  /// Φ, Φ_mask and Ψ of every tensor, and the optimisers' statistics.
  ///
  /// - Parameter depth: the block's, from 0.
  /// - Returns: tensors by name.
  func state(depth: Int) -> [(name: String, tensor: Tensor)] {
    let maps = groups.flatMap(\.state).map { name, tensor in
      let parts = name.split(separator: ".", maxSplits: 1)
      return (name: "\(parts[0]).\(modality).\(parts[1])", tensor: tensor)
    }
    let place = "decouplingOptimizer.\(modality).\(depth)"
    return maps
      + mapOptimizer.state.map { ("\(place).maps.\($0.name)", $0.tensor) }
      + maskOptimizer.state.map { ("\(place).masks.\($0.name)", $0.tensor) }
  }

  /// Continues from a saved state.
  func restore(_ saved: SavedState, depth: Int) throws {
    for group in groups { try group.restore(saved, below: modality) }
    let place = "decouplingOptimizer.\(modality).\(depth)"
    try mapOptimizer.restore(saved.section(place + ".maps"))
    try maskOptimizer.restore(saved.section(place + ".masks"))
  }
}

/// A block's parameters, taken apart: leaves for a forward pass, and the way back.
struct DecoupledBlock {
  let parts: [DecoupledGroup]
  /// θ^b of each group, as leaves: the gradient stops here and is pulled back afterwards, so that no
  /// other graph has to be kept for it.
  let bad: [Tensor]
  /// θ^g of each group, likewise; empty where Eq. 8 is not minimised.
  let good: [Tensor]
  private let groups: [DecouplingGroup]

  init(groups: [DecouplingGroup], parts: [DecoupledGroup]) {
    (self.groups, self.parts) = (groups, parts)
    bad = parts.map { $0.bad.asLeaf() }
    good = parts.compactMap { $0.good?.asLeaf() }
  }

  /// Every parameter with its part of θ^b.
  var badPairs: [(Parameter, Tensor)] { pairs(bad) }
  /// Every parameter with its part of θ^g.
  var goodPairs: [(Parameter, Tensor)] { pairs(good) }

  private func pairs(_ stacks: [Tensor]) -> [(Parameter, Tensor)] {
    zip(groups, stacks).flatMap { group, stack in
      zip(group.parameters, stack.unbound()).map { ($0, $1.reshaped($0.leaf.shape)) }
    }
  }

  /// The mean of w over all latent numbers of the block.
  var meanMask: Tensor {
    let sums = Tensor.stacked(parts.map { $0.mask.sum().inFullPrecision() })
    return sums.sum() / Double(parts.reduce(0) { $0 + $1.mask.count })
  }

  /// ‖θ − Ψ(z)‖ / ‖θ‖ over all tensors; nil where Ψ(z) was not computed.
  var reconstructionError: Tensor? {
    let residuals = parts.compactMap { part in
      part.whole.map { ($0.detached() - part.theta.detached()).norm() }
    }
    guard residuals.count == parts.count else { return nil }
    let norms = parts.map { $0.theta.detached().norm() }
    return Tensor.stacked(residuals).norm() / Tensor.stacked(norms).norm()
  }
}
