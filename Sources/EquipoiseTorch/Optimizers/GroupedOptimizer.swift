// SPDX-License-Identifier: Apache-2.0

/// Several optimisers as one, each with a part of the parameters and a factor of the learning rate: PyTorch's parameter
/// groups.
public final class GroupedOptimizer: Optimizer {
  /// An optimiser of some of the parameters.
  public struct Group {
    /// The optimiser; its learning rate follows the common one.
    public let optimizer: any Optimizer
    /// Its learning rate divided by the common one.
    public let factor: Double

    /// A group.
    public init(_ optimizer: any Optimizer, factor: Double) {
      (self.optimizer, self.factor) = (optimizer, factor)
    }
  }

  /// What is optimised, in the order given.
  public let parameters: [NamedParameter]
  /// The common learning rate, of a factor of 1.
  public var learningRate: Double { didSet { spread() } }
  private let groups: [Group]
  /// Of each group's parameters, where they lie in ``parameters``.
  private let positions: [[Int]]

  /// Groups that together have every parameter once.
  ///
  /// - Parameters:
  ///   - groups: the optimisers.
  ///   - parameters: all parameters, in the order that ``step(gradients:)`` expects.
  ///   - learningRate: the common one.
  public init(_ groups: [Group], of parameters: [NamedParameter], learningRate: Double) {
    let places = Dictionary(
      uniqueKeysWithValues: parameters.enumerated().map { (ObjectIdentifier($1.parameter), $0) })
    positions = groups.map { group in
      group.optimizer.parameters.compactMap { places[ObjectIdentifier($0.parameter)] }
    }
    precondition(
      positions.joined().sorted() == Array(parameters.indices),
      "groups that do not have every parameter once")
    (self.groups, self.parameters, self.learningRate) = (groups, parameters, learningRate)
    spread()
  }

  private func spread() {
    for group in groups { group.optimizer.learningRate = learningRate * group.factor }
  }

  /// Takes one step with each group.
  public func step(gradients: [Tensor?]) {
    precondition(
      gradients.count == parameters.count,
      "optimiser: \(gradients.count) gradients for \(parameters.count) parameters")
    for (group, positions) in zip(groups, positions) {
      group.optimizer.step(gradients: positions.map { gradients[$0] })
    }
  }

  /// The statistics of all groups, under the names that they have without groups.
  public var state: [NamedTensor] { groups.flatMap(\.optimizer.state) }
}
