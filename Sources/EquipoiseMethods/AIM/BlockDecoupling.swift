// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
import EquipoiseTorch

/// The parameter decoupling mechanism of one block, §III-D1: from its parameters θ to θ^b, which make
/// the auxiliary block, and θ^g, which make the good block that the mechanism itself is trained by.
///
/// | equation | function |
/// |---|---|
/// | 7 | ``decouple(with:)`` |
/// | 8 | ``train(_:with:goodLoss:)`` |
/// | 13 | ``pullBack(_:_:retaining:)`` |
///
/// The network's optimiser never sees Φ, Φ_mask and Ψ, and these never move θ (decision D12).
final class BlockDecoupling {
  /// By rows and lengths, in the order of the block's first tensor of each.
  let groups: [DecouplingGroup]
  /// Which groups share a backward pass and a step of their optimisers: the small ones, whose time is that of starting
  /// operations. Large ones follow one by one, so that less is held at a time.
  private let batches: [[Int]]
  private let modality: String

  /// A mechanism for a block.
  ///
  /// - Parameters:
  ///   - parameters: the block's, by their names in the encoder.
  ///   - modality: the encoder's name.
  ///   - settings: widths, start and rates.
  ///   - generator: the stream of the start; nil leaves zeros, for a checkpoint to overwrite.
  init(
    _ parameters: [NamedParameter], of modality: String,
    settings: DecouplingConfiguration, from generator: Generator?
  ) {
    self.modality = modality
    groups = Self.grouped(parameters, settings).map { layout, entries in
      DecouplingGroup(entries, layout: layout, settings: settings, from: generator)
    }
    let isLarge = groups.map { $0.rows * $0.length >= Self.large }
    let small = groups.indices.filter { !isLarge[$0] }
    batches = (small.isEmpty ? [] : [small]) + groups.indices.filter { isLarge[$0] }.map { [$0] }
  }

  /// Tensors of this many numbers or more are processed one by one: their products fill the processor
  /// as they are, and less is held at a time.
  private static let large = 1 << 18

  /// Small tensors of one layout together, in the order of their first.
  static func grouped(
    _ parameters: [NamedParameter], _ settings: DecouplingConfiguration
  ) -> [(layout: RowLayout, entries: [NamedParameter])] {
    var order: [RowLayout] = []
    var entries: [RowLayout: [NamedParameter]] = [:]
    for entry in parameters {
      let layout = RowLayout(entry.parameter.leaf.shape, settings: settings)
      if entries[layout] == nil { order.append(layout) }
      entries[layout, default: []].append(entry)
    }
    return order.flatMap { layout in
      let together = entries[layout] ?? []
      return layout.rows * layout.length < large
        ? [(layout: layout, entries: together)] : together.map { (layout: layout, entries: [$0]) }
    }
  }

  /// Eq. 7 for all of the block's parameters.
  ///
  /// - Parameter engine: for the run's precision.
  /// - Returns: what the auxiliary block computes with.
  func decouple(with engine: any StepEngine) -> DecoupledBlock {
    DecoupledBlock(
      groups: groups, parts: groups.map { group in inPrecision(group, engine, group.decouple) })
  }

  /// Single rows are read once from memory and gain nothing by half precision.
  private func inPrecision<R>(
    _ group: DecouplingGroup, _ engine: any StepEngine, _ body: () -> R
  ) -> R {
    group.rows > 1 ? engine.inRunPrecision(body) : body()
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
    batches.flatMap { batch in
      let parts = batch.compactMap { index in
        gradients[index].map {
          (group: groups[index], decoupled: block.parts[index], gradient: $0)
        }
      }
      return parts.isEmpty ? [] : DecouplingGroup.pullBack(parts, retaining: retaining)
    }
  }

  /// Eq. 8: a step of Adam on L_g + L_re.
  ///
  /// - Parameters:
  ///   - block: from ``decouple(with:)``.
  ///   - engine: for the run's precision.
  ///   - goodLoss: how the block does with θ^g in its parameters' place.
  /// - Returns: how it did, and ‖θ − Ψ(z)‖ / ‖θ‖ over all tensors.
  /// - Throws: when another worker has gone.
  func train(
    _ block: DecoupledBlock, with engine: any StepEngine,
    goodLoss: ([(Parameter, Tensor)]) -> BlockPerformance
  ) throws -> (good: BlockPerformance, reconstructionError: Tensor) {
    let complements = zip(groups, block.parts).map { group, part in
      inPrecision(group, engine) { group.complement(of: part) }
    }
    let leaves = complements.map { $0.good.asLeaf() }
    let good = goodLoss(block.pairs(leaves))
    let found = try engine.reduced(gradients(of: [good.loss], withRespectTo: leaves))
    for batch in batches {
      DecouplingGroup.train(
        batch.map { index in
          let part = block.parts[index]
          return DecouplingGroup.Lesson(
            group: groups[index], decoupled: part, complement: complements[index],
            gradient: found[index] ?? part.theta.detached().zerosLike())
        })
    }
    return (
      BlockPerformance(detaching: good), block.reconstructionError(complements.map(\.whole))
    )
  }

  // MARK: State

  /// Φ, Φ_mask and Ψ of every tensor, and the optimisers' statistics.
  ///
  /// - Parameter depth: the block's, from 0.
  /// - Returns: tensors by name.
  func state(depth: Int) -> [NamedTensor] {
    let maps = groups.flatMap(\.state).map { name, tensor in
      let parts = name.split(separator: ".", maxSplits: 1)
      return (name: "\(parts[0]).\(modality).\(parts[1])", tensor: tensor)
    }
    let place = optimizerPlace(depth)
    return maps + groups.flatMap(\.statistics).map { ("\(place).\($0.name)", $0.tensor) }
  }

  /// Continues from a saved state.
  func restore(_ saved: SavedState, depth: Int) throws {
    let statistics = saved.section(optimizerPlace(depth))
    for group in groups { try group.restore(saved, below: modality, statistics: statistics) }
  }

  private func optimizerPlace(_ depth: Int) -> String {
    "decouplingOptimizer.\(modality).\(depth)"
  }
}

/// A block's parameters, taken apart: leaves for a forward pass, and the way back.
struct DecoupledBlock {
  let parts: [DecoupledGroup]
  /// θ^b of each group, as leaves: the gradient stops here and is pulled back afterwards, so that no
  /// other graph has to be kept for it.
  let bad: [Tensor]
  private let groups: [DecouplingGroup]

  init(groups: [DecouplingGroup], parts: [DecoupledGroup]) {
    (self.groups, self.parts) = (groups, parts)
    bad = parts.map { $0.bad.asLeaf() }
  }

  /// Every parameter with its part of the groups' tensors.
  func pairs(_ stacks: [Tensor]) -> [(Parameter, Tensor)] {
    zip(groups, stacks).flatMap { group, stack in
      zip(group.parameters, stack.unbound()).map { ($0, $1.reshaped($0.leaf.shape)) }
    }
  }

  /// The mean of w over all latent numbers of the block.
  var meanMask: Tensor {
    withoutGradient {
      let sums = Tensor.stacked(parts.map { $0.mask.sum().inFullPrecision() })
      return sums.sum() / Double(parts.reduce(0) { $0 + $1.mask.count })
    }
  }

  /// ‖θ − Ψ(z)‖ / ‖θ‖ over all tensors.
  func reconstructionError(_ wholes: [Tensor]) -> Tensor {
    withoutGradient {
      let residuals = zip(parts, wholes).map { ($1 - $0.theta).norm() }
      let norms = parts.map { $0.theta.norm() }
      return Tensor.stacked(residuals).norm() / Tensor.stacked(norms).norm()
    }
  }
}
