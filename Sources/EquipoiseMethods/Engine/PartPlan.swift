// SPDX-License-Identifier: Apache-2.0
internal import EquipoiseKit
package import EquipoiseModels
package import EquipoiseSettings
package import EquipoiseTorch
internal import EquipoiseFormats

/// How each parameter of a run is trained: what `training.parts` and `training.decaysNormsAndBiases` say of it.
package struct PartPlan {
  /// A parameter.
  package struct Entry {
    /// Its dotted name.
    package let name: String
    /// The parameter.
    package let parameter: Parameter
    /// The pattern that decided, as it was written; nil where none matches.
    package let pattern: String?
    /// Its learning rate divided by the optimiser's.
    package let factor: Double
    /// Its weight decay; nil is the optimiser's.
    package let weightDecay: Double?
    /// Whether it is frozen at first.
    package let isFrozen: Bool
    /// The epoch from which on it no longer is; nil never.
    package let unfreezeAtEpoch: Int?

    /// Whether it is frozen in an epoch.
    package func isFrozen(in epoch: Int) -> Bool {
      isFrozen && unfreezeAtEpoch.map { epoch < $0 } ?? isFrozen
    }
  }

  /// Every parameter, in the optimiser's order.
  package let entries: [Entry]

  /// The plan of a run.
  ///
  /// - Parameters:
  ///   - training: the run's settings.
  ///   - model: the network.
  ///   - own: the method's own parameters.
  /// - Throws: `EquipoiseError` for a pattern that matches nothing, and where nothing is left to train.
  package init(
    _ training: TrainingConfiguration, _ model: MultimodalModel, own: [NamedParameter] = []
  ) throws {
    let parameters = model.namedParameters + own
    let patterns = training.parts.names.map(PartPattern.init)
    try Self.check(patterns, parameters.map(\.name))
    let heights =
      training.parts.elements.values.contains { $0.layerDecay != 1 }
      ? Self.heights(model) : [:]
    entries = parameters.map { name, parameter in
      let closest = patterns.filter { $0.matches(name) }.max { $1.isCloser(than: $0) }
      let part = closest.flatMap { training.parts[$0.text] } ?? PartConfiguration()
      let height = heights[ObjectIdentifier(parameter)] ?? 0
      let isSpared = !training.decaysNormsAndBiases && Self.isNormOrBias(name, parameter)
      return Entry(
        name: name, parameter: parameter, pattern: closest?.text,
        factor: part.learningRateFactor * Self.power(part.layerDecay, height),
        weightDecay: isSpared ? 0 : part.weightDecay, isFrozen: part.frozen,
        unfreezeAtEpoch: part.unfreezeAtEpoch)
    }
    guard entries.contains(where: { !$0.isFrozen(in: 0) }) else {
      throw EquipoiseError(
        .configuration, "every parameter is frozen", at: "training.parts",
        fix: "leave a part to train, such as head")
    }
  }

  /// Whether nothing is asked for: everything is trained alike.
  package var isPlain: Bool {
    entries.allSatisfy { $0.factor == 1 && $0.weightDecay == nil && !$0.isFrozen }
  }

  /// Freezes and unfreezes what is so in an epoch.
  package func begin(epoch: Int) {
    for entry in entries { entry.parameter.isFrozen = entry.isFrozen(in: epoch) }
  }

  /// Whether weight decay may be left out: vectors and scalars, and what is called a bias.
  private static func isNormOrBias(_ name: String, _ parameter: Parameter) -> Bool {
    parameter.leaf.rank <= 1 || name.hasSuffix(".bias")
  }

  /// Exact where nothing is multiplied.
  private static func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<(base == 1 ? 0 : exponent)).reduce(1) { product, _ in product * base }
  }

  /// How many blocks lie between a parameter of an encoder and the head, its own counted.
  private static func heights(_ model: MultimodalModel) -> [ObjectIdentifier: Int] {
    var heights: [ObjectIdentifier: Int] = [:]
    for encoder in model.encoders.modules {
      for (depth, block) in encoder.blocks.enumerated() {
        for parameter in block.parameters {
          heights[ObjectIdentifier(parameter)] = encoder.depth - depth
        }
      }
    }
    return heights
  }

  private static func check(_ patterns: [PartPattern], _ names: [String]) throws {
    for pattern in patterns where !names.contains(where: pattern.matches) {
      // Every beginning of a name is one that could have been meant.
      let beginnings = names.flatMap { name in
        let words = name.split(separator: ".")
        return (1...max(1, words.count)).map { words.prefix($0).joined(separator: ".") }
      }
      let known = Set(beginnings).union(["head"])
      let isLong = pattern.text.contains(".")
      let near = Nearest.matches(pattern.text, in: Array(known), limit: 3)
      throw EquipoiseError(
        .configuration, "no parameter's name begins with '\(pattern.text)'", at: "training.parts",
        fix: near.isEmpty
          ? Nearest.hint(
            pattern.text, in: known.filter { $0.split(separator: ".").count <= (isLong ? 2 : 1) })
          : Nearest.hint(pattern.text, in: Array(known)))
    }
  }
}

/// An update rule whose weight decay can differ between parts of the model.
public protocol WeightDecaying: OptimiserConfiguration {
  /// The weight decay.
  var weightDecay: Double { get set }
}

/// A way in which parameters are trained.
private struct TrainingKind: Hashable {
  let factor: Double
  let weightDecay: Double?
}

extension OptimiserSection {
  /// The optimiser that this section describes, with a group for each way in which parameters are trained.
  ///
  /// - Parameter plan: how they are; those in their final place.
  /// - Returns: the optimiser in its initial state.
  /// - Throws: `EquipoiseError` where the update rule has no weight decay to change.
  package func makeOptimizer(_ plan: PartPlan) throws -> any Optimizer {
    let parameters: [NamedParameter] = plan.entries.map { ($0.name, $0.parameter) }
    let kinds = plan.entries.map { TrainingKind(factor: $0.factor, weightDecay: $0.weightDecay) }
    guard Set(kinds) != [TrainingKind(factor: 1, weightDecay: nil)] else {
      return makeOptimizer(parameters)
    }
    var order: [TrainingKind] = []
    for kind in kinds where !order.contains(kind) { order.append(kind) }
    let groups = try order.map { kind in
      let own = zip(kinds, parameters).filter { $0.0 == kind }.map(\.1)
      let settings = try self.settings(weightDecay: kind.weightDecay)
      return GroupedOptimizer.Group(
        settings.makeOptimizer(own, learningRate: common.learningRate * kind.factor),
        factor: kind.factor)
    }
    return GroupedOptimizer(groups, of: parameters, learningRate: common.learningRate)
  }

  private func settings(weightDecay: Double?) throws -> any OptimiserConfiguration {
    guard let weightDecay else { return settings }
    guard var decaying = settings as? any WeightDecaying else {
      throw EquipoiseError(
        .configuration, "the optimiser '\(name)' has no weight decay that parts could have",
        at: "training.optimiser.type",
        fix: "choose another, or leave weight decay out of training.parts and set "
          + "\(.setting("training.decaysNormsAndBiases=true"))")
    }
    decaying.weightDecay = weightDecay
    return decaying
  }
}
